/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names a bucket and an object may have ("General purpose bucket naming rules", "Naming
 * Amazon S3 objects" of the S3 user guide).
 */
#pragma once

#include "core/util/str.h"

#define S3_KEY_MAX 1024

enum s3_name_kind {
    S3_NAME_INVALID,
    S3_NAME_GENERAL,
    S3_NAME_REGIONAL,  /* ends with -an: a name of an account's regional namespace */
    S3_NAME_DIRECTORY, /* ends with --x-s3: a directory bucket */
};

enum s3_name_kind s3_bucket_name_kind(struct awi_str name);

/* Does a regional name end with -ACCOUNT-REGION-an? */
bool s3_bucket_name_belongs(struct awi_str name, struct awi_str account, struct awi_str region);

/* Well-formed UTF-8 without surrogates. */
bool s3_key_is_utf8(struct awi_str key);
