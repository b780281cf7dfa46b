/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of buckets that are documents, by the operation's name: in and out are the operation's
 * own input and output. The functions return what a handler returns.
 */
#pragma once

#include "core/service.h"

struct s3_bucket;
struct s3_ObjectRecord;

int s3_config_put(struct awi_req *req, const void *in);
int s3_config_get(struct awi_req *req, const void *in, void *out);
int s3_config_delete(struct awi_req *req, const void *in);

/* The bucket that an input names; a document in the input is what the client declares of it. */
int s3_config_open(struct awi_req *req, const void *in, struct s3_bucket *ret);
/* The same with the document: there and as the model wants it, or MalformedXML. */
int s3_config_open_document(struct awi_req *req,
                            const void *in,
                            struct s3_bucket *ret,
                            const void **ret_document);
/* The object that an input names, in its bucket. */
int s3_config_object(struct awi_req *req,
                     const void *in,
                     struct s3_bucket *ret_bucket,
                     struct s3_ObjectRecord *ret);
/* The document among a structure's members: its payload, which is a structure. NULL: none. */
const struct awi_member *s3_config_document_member(const struct awi_shape *shape);
/* A text member by name; absent when there is none. */
struct awi_str s3_config_text(const struct awi_shape *shape, const void *in, const char *name);
/* The document in an input: there and as the model wants it, or MalformedXML. */
int s3_config_document(struct awi_req *req, const void *in, const void **ret);
int s3_config_malformed(struct awi_req *req);

/* A document by its kind ("BucketEncryption"). -ENOENT. */
int s3_config_read(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   const char *name,
                   const struct awi_shape *shape,
                   void *ret);
int s3_config_write(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    const char *name,
                    const struct awi_shape *shape,
                    const void *value);
/* All of a bucket, when it is deleted. */
int s3_config_forget(struct awi_req *req, const struct s3_bucket *bucket);
