/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of objects (S3 user guide, "Retaining multiple versions of objects with S3 Versioning").
 *
 * The newest version of a key is the record in table "object" if it is an object; a delete marker
 * that is newest, and every older version, is in table "version" under (BUCKET, KEY, order), newest
 * first. So what lists and reads current objects never meets a version, and a bucket that was never
 * versioned has none.
 *
 * Each version of a key has a number (ObjectRecord.Sequence) greater than those before it, which
 * does not depend on the clock; a version id ends with it, so that an id is found without a search.
 * A record without an id is the version "null".
 */
#pragma once

#include "services/s3/s3.h"

/* A version that a request named; version absent: the current object. -ENOENT. The result may be a
 * delete marker (record.DeleteMarker) where a version was named. */
int s3_version_find(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    struct awi_str key,
                    struct awi_str version,
                    struct s3_ObjectRecord *ret);
/* The same for reading: NoSuchKey, NoSuchVersion, and for delete markers what AWS answers, with its
 * headers. */
int s3_object_open(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   struct awi_str key,
                   struct awi_str version,
                   struct s3_ObjectRecord *ret);
/* The first version, newest first, that is `version` (absent: any) and not the current object.
 * -ENOENT. */
int s3_version_search(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str key,
                      struct awi_str version,
                      struct s3_ObjectRecord *ret);
/* The newest of the versions that are not the current object. -ENOENT. */
int s3_version_newest(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str key,
                      struct s3_ObjectRecord *ret);
/* Writes a version that is there again: its tags, its retention. */
int s3_version_rewrite(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       struct awi_str key,
                       const struct s3_ObjectRecord *record);
/* The id as answered; absent in a bucket that was never versioned. */
struct awi_str s3_version_shown(const struct s3_bucket *bucket,
                                const struct s3_ObjectRecord *record);
/* Of table "version", by number. Numbers are complemented in it: the newest comes first. */
struct awi_str s3_version_key(struct awi_req *req,
                              const struct s3_bucket *bucket,
                              struct awi_str key,
                              int64_t number);
/* The random characters that a version id begins with. */
#define S3_VERSION_RANDOM 24
/* The number that a version id ends with; -EINVAL when no id has this form. */
int s3_version_number(struct awi_str version, int64_t *ret);

/* What a write goes over. */
struct s3_target {
    const struct s3_bucket *bucket;
    struct awi_str key;
    bool exists;
    struct s3_ObjectRecord old;
};

/* Finds it and checks If-Match and If-None-Match (absent: none). */
int s3_target_open(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   struct awi_str key,
                   struct awi_str if_match,
                   struct awi_str if_none_match,
                   struct s3_target *ret);
/* Makes record the current version. What it replaces is kept or forgotten as the bucket's
 * versioning says; the record gets its id. */
int s3_target_write(struct awi_req *req,
                    const struct s3_target *target,
                    struct s3_ObjectRecord *record);

struct s3_removed {
    struct awi_str version; /* that was deleted, or of the marker that was made; absent: none */
    bool marker;            /* it is a delete marker */
    bool made;              /* it was made, not deleted */
};

/*
 * DeleteObject: without a version the current object is deleted or, in a versioned bucket, hidden
 * by a delete marker; with one that version is gone for ever, unless Object Lock protects it
 * (AccessDenied) and bypass does not help. That it was not there is no error.
 */
int s3_version_remove(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str key,
                      struct awi_str version,
                      bool bypass,
                      struct s3_removed *ret);

int s3_list_object_versions(struct awi_req *req,
                            const struct s3_ListObjectVersionsRequest *in,
                            struct s3_ListObjectVersionsOutput *out);
