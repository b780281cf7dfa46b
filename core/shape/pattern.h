/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The regular expressions of AWS's models (java.util.regex), matched against a whole text, as AWS's
 * services do. What the models use is understood: classes with escapes, ranges and \p{..}, groups,
 * alternatives, counted repetition, anchors, lookahead. By hand, because libc's do not know these
 * and PCRE would be a library more for a few patterns.
 *
 * Unicode: \p{L}, \p{N}, \p{Z} and \p{Print} take every character above ASCII.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

/*
 * 1: the text (valid UTF-8) matches, or it cannot be said: the pattern has something that is not
 * understood, or the search takes too long. 0: it does not match. -ENOMEM.
 */
int awi_pattern_match(struct awi_arena *arena, const char *pattern, struct awi_str text);
