"""Text of users and messages as Markdown: what is left of the signs that mean something there."""

from __future__ import annotations

import pytest

from pages._shared.markdown import code, literal, spoken

WJ = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cat", "cat"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("http://a.b", rf"http\:{WJ}//a\.b"),
        ("WWW.a.b", rf"WWW{WJ}\.a\.b"),
        ("me@a.b", rf"me@{WJ}a\.b"),
        (":material/home:", rf"\:{WJ}material/home\:"),
        (":streamlit:", rf"\:{WJ}streamlit\:"),
        (":red[x]", r"\:red\[x\]"),
        ("$x$", r"\$x\$"),
        ("&lt;", r"\&lt;"),
        ("a -> b", rf"a \-{WJ}\> b"),
        ("a->b", r"a\-\>b"),
        ("    code\n\n# head", r"code \# head"),
        ("a\u202eb\x1b[0m\ud800", r"a�b�\[0m�"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
    ],
)
def test_a_text_of_a_user_keeps_no_sign_that_is_read(text: str, written: str) -> None:
    assert literal(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "Expected `a_b[0]` of ![x](http://y) to be *bold*, but got $1$.",
            rf"Expected `a_b[0]` of !\[x\](http:{WJ}//y) to be \*bold\*, but got \$1\$.",
        ),
        ("```![x](y)`", r"\`\`\`!\[x\](y)\`"),
        ("``![x](y)``", r"\`\`!\[x\](y)\`\`"),
        ("`a``![x](y)`", r"\`a\`\`!\[x\](y)\`"),
        (":red[x] :smile:", rf"\:red\[x\] :{WJ}smile:"),
        ("# head\n- item\n1. first\n    code", "\\# head\n\\- item\n1\\. first\ncode"),
        ("12.5 % of 3-D, i.e. 7", "12.5 % of 3-D, i.e. 7"),
        (
            "see https://www.cs.toronto.edu/~kriz/cifar.html.",
            "see <https://www.cs.toronto.edu/~kriz/cifar.html>.",
        ),
        (
            "see https://www.cs.toronto.edu.evil/x",
            rf"see https:{WJ}//www{WJ}.cs.toronto.edu.evil/x",
        ),
    ],
)
def test_a_message_keeps_its_code_and_nothing_else(text: str, written: str) -> None:
    assert spoken(text) == written


def test_code_cannot_be_left() -> None:
    assert code("a `![x](y)` b\n# c\u202e") == "`a '![x](y)' b # c�`"
    assert code("") == ""
