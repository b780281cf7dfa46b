/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of which a bucket has several, each a document with an id: analytics, Intelligent
 * tiering, inventories, metrics. As config.h does, the handlers find out by the operation's name.
 */
#pragma once

#include "core/service.h"

#include "gen/s3.h"

#define S3_MANY_SETTING(X)                                                                         \
    X(BucketAnalyticsConfiguration)                                                                \
    X(BucketIntelligentTieringConfiguration)                                                       \
    X(BucketInventoryConfiguration)                                                                \
    X(BucketMetricsConfiguration)

#define S3_DECLARE_MANY(name)                                                                      \
    int s3_setting_Put##name(                                                                      \
        struct awi_req *req, const struct s3_Put##name##Request *in, void *out);                   \
    int s3_setting_Get##name(struct awi_req *req,                                                  \
                             const struct s3_Get##name##Request *in,                               \
                             struct s3_Get##name##Output *out);                                    \
    int s3_setting_Delete##name(                                                                   \
        struct awi_req *req, const struct s3_Delete##name##Request *in, void *out);                \
    int s3_setting_List##name##s(struct awi_req *req,                                              \
                                 const struct s3_List##name##sRequest *in,                         \
                                 struct s3_List##name##sOutput *out);
S3_MANY_SETTING(S3_DECLARE_MANY)
