"""Images that stay on disk and are decoded when they are needed.

listing    which files there are, of which class and split: a folder, a ZIP, shards, Parquet
readers    the bytes of the i-th image, from any process
store      decoded squares of images by row, perhaps from a cache on disk
loader     batches of them, decoded in worker processes
check      which files can be decoded, and which are equal: found once and kept
"""
