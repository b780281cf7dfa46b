/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's host names, taken apart from the right: suffix, region, service, what stands before it. */
#include "core/endpoint/parts.h"

/* --- Regions and partitions ------------------------------------------------------------------- */

static const struct {
    struct awi_str prefix; /* of the partition's regions */
    struct awi_str partition;
    struct awi_str global;
} PARTITIONS[] = {
    {AWI_STR_INIT("us-gov-"), AWI_STR_INIT("aws-us-gov"), AWI_STR_INIT("us-gov-west-1")},
    {AWI_STR_INIT("cn-"), AWI_STR_INIT("aws-cn"), AWI_STR_INIT("cn-northwest-1")},
    {AWI_STR_INIT("us-isob-"), AWI_STR_INIT("aws-iso-b"), AWI_STR_INIT("us-isob-east-1")},
    {AWI_STR_INIT("us-isof-"), AWI_STR_INIT("aws-iso-f"), AWI_STR_INIT("us-isof-south-1")},
    {AWI_STR_INIT("us-iso-"), AWI_STR_INIT("aws-iso"), AWI_STR_INIT("us-iso-east-1")},
    {AWI_STR_INIT("eu-isoe-"), AWI_STR_INIT("aws-iso-e"), AWI_STR_INIT("eu-isoe-west-1")},
    {AWI_STR_INIT("eusc-"), AWI_STR_INIT("aws-eusc"), AWI_STR_INIT("eusc-de-east-1")},
};
#define N_PARTITIONS (sizeof(PARTITIONS) / sizeof(*PARTITIONS))

struct awi_str awi_endpoint_partition(struct awi_str region)
{
    for (size_t i = 0; i < N_PARTITIONS; i++) {
        if (awi_str_starts(region, PARTITIONS[i].prefix)) {
            return PARTITIONS[i].partition;
        }
    }
    return AWI_STR_NULL;
}

struct awi_str awi_endpoint_global_region(struct awi_str partition)
{
    for (size_t i = 0; i < N_PARTITIONS; i++) {
        if (awi_str_eq(partition, PARTITIONS[i].partition)) {
            return PARTITIONS[i].global;
        }
    }
    return AWI_STR("us-east-1");
}

/* "eu-central-1", "us-gov-west-1": one of the known areas, words, a number. */
bool awi_endpoint_is_region(struct awi_str label)
{
    static const struct awi_str areas[] = {
        AWI_STR_INIT("us"),
        AWI_STR_INIT("eu"),
        AWI_STR_INIT("ap"),
        AWI_STR_INIT("sa"),
        AWI_STR_INIT("ca"),
        AWI_STR_INIT("me"),
        AWI_STR_INIT("af"),
        AWI_STR_INIT("il"),
        AWI_STR_INIT("mx"),
        AWI_STR_INIT("cn"),
        AWI_STR_INIT("eusc"),
    };
    struct awi_str rest = label;
    struct awi_str word;
    bool known = false;
    size_t words = 0;

    awi_str_cut(&rest, '-', &word);
    for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++) {
        known = known || awi_str_eq(word, areas[i]);
    }
    while (known && awi_str_cut(&rest, '-', &word)) {
        bool last = !awi_str_is_set(rest);
        for (size_t i = 0; i < word.len; i++) {
            char low = last ? '0' : 'a';
            char high = last ? '9' : 'z';
            known = known && word.ptr[i] >= low && word.ptr[i] <= high;
        }
        known = known && word.len > 0;
        words++;
    }
    return known && words >= 2;
}

/* --- Names ------------------------------------------------------------------------------------ */

/* The longest suffix that fits, and what stands before it. */
static bool cut_suffix(struct awi_str host, struct awi_str *ret_prefix, struct awi_endpoint *ret)
{
    static const struct {
        struct awi_str suffix;
        struct awi_str partition;
        bool dualstack;
    } suffixes[] = {
#define AWI_HOST_SUFFIX(suffix, partition, dualstack)                                              \
    {AWI_STR_INIT(suffix), AWI_STR_INIT(partition), dualstack},
#include "awsintercept/hosts.def"
    };
    size_t best = 0;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        size_t len = suffixes[i].suffix.len;
        if (len <= best || !awi_str_ends(host, suffixes[i].suffix) ||
            (host.len > len && host.ptr[host.len - len - 1] != '.')) {
            continue;
        }
        best = len;
        *ret_prefix = awi_str_head(host, host.len > len ? host.len - len - 1 : 0);
        ret->partition = suffixes[i].partition;
        ret->dualstack = suffixes[i].dualstack;
    }
    return best > 0;
}

/* Cuts the rightmost label off *prefix; absent when there is none left. */
static struct awi_str cut_last(struct awi_str *prefix)
{
    ptrdiff_t dot = awi_str_rfind(*prefix, '.');
    struct awi_str label = awi_str_skip(*prefix, (size_t)(dot + 1));

    *prefix = awi_str_head(*prefix, dot < 0 ? 0 : (size_t)dot);
    return label;
}

static struct awi_str last(struct awi_str prefix)
{
    return cut_last(&prefix);
}

static void cut_region(struct awi_str *prefix, struct awi_endpoint *ret)
{
    struct awi_str label = last(*prefix);

    if (awi_endpoint_is_region(label)) {
        ret->region = label;
        cut_last(prefix);
    } else if (awi_str_is(label, "us-gov")) {
        /* iam.us-gov.amazonaws.com */
        ret->partition = AWI_STR("aws-us-gov");
        cut_last(prefix);
    } else if (awi_str_is(label, "global")) {
        cut_last(prefix);
    } else {
        /* REGION.queue.amazonaws.com and its like. */
        struct awi_str rest = *prefix;
        struct awi_str first = AWI_STR_NULL;
        awi_str_cut(&rest, '.', &first);
        if (rest.len && awi_str_find(rest, '.') < 0 && awi_endpoint_is_region(first) &&
            !awi_str_starts(rest, AWI_STR("s3"))) {
            ret->region = first;
            *prefix = rest;
        }
    }
}

static bool strip_tail(struct awi_str *label, struct awi_str tail)
{
    if (!awi_str_ends(*label, tail)) {
        return false;
    }
    label->len -= tail.len;
    return true;
}

/* The labels that S3 listens to, beyond the region. */
static bool is_s3_label(struct awi_str label, struct awi_endpoint *ret)
{
    struct awi_str rest = awi_str_skip(label, 3);

    if (awi_str_is(label, "s3") || awi_str_is(label, "s3-accelerate") ||
        awi_str_is(label, "s3-global")) {
        ret->access_point = awi_str_is(label, "s3-global");
        return true;
    }
    if (awi_str_is(label, "s3-accesspoint")) {
        ret->access_point = true;
        return true;
    }
    if (awi_str_starts(label, AWI_STR("s3express-")) && !awi_str_is(label, "s3express-control")) {
        return true;
    }
    if (awi_str_starts(label, AWI_STR("s3-website"))) {
        ret->website = true;
        rest = awi_str_skip(label, sizeof("s3-website-") - 1);
        if (awi_endpoint_is_region(rest)) {
            ret->region = rest;
        }
        return true;
    }
    if (awi_str_is(label, "s3-external-1")) {
        ret->region = AWI_STR("us-east-1");
        return true;
    }
    /* s3-eu-west-1 */
    if (awi_str_starts(label, AWI_STR("s3-")) && awi_endpoint_is_region(rest)) {
        ret->region = rest;
        return true;
    }
    return false;
}

/* Services whose host label is not their endpoint prefix. */
static struct awi_str alias(struct awi_str label)
{
    static const struct {
        struct awi_str label;
        struct awi_str prefix;
    } aliases[] = {
        {AWI_STR_INIT("queue"), AWI_STR_INIT("sqs")},
        {AWI_STR_INIT("ddb"), AWI_STR_INIT("dynamodb")},
        {AWI_STR_INIT("streams-ddb"), AWI_STR_INIT("streams.dynamodb")},
        {AWI_STR_INIT("s3express-control"), AWI_STR_INIT("s3")},
        {AWI_STR_INIT("ecr"), AWI_STR_INIT("api.ecr")},
        {AWI_STR_INIT("ecr-public"), AWI_STR_INIT("api.ecr-public")},
        {AWI_STR_INIT("sagemaker"), AWI_STR_INIT("api.sagemaker")},
    };

    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        if (awi_str_eq(label, aliases[i].label)) {
            return aliases[i].prefix;
        }
    }
    return label;
}

/* "bucket.vpce-1a2b.s3.REGION.vpce.amazonaws.com": the endpoint's own label, and the literal word
 * that stands before it for S3, say nothing. */
static void cut_vpce(struct awi_str *prefix)
{
    struct awi_str word;

    if (!awi_str_starts(last(*prefix), AWI_STR("vpce-"))) {
        return;
    }
    cut_last(prefix);
    word = last(*prefix);
    if (awi_str_is(word, "bucket") || awi_str_is(word, "accesspoint") ||
        awi_str_is(word, "control")) {
        cut_last(prefix);
    }
}

static void read_s3(struct awi_str before, struct awi_endpoint *ret)
{
    ret->service = AWI_STR("s3");
    ret->model = awi_endpoint_service(ret->service);
    cut_vpce(&before);
    if (awi_str_is(last(before), "accesspoint")) {
        cut_last(&before);
    }
    if (before.len) {
        ret->style = AWI_BUCKET_VIRTUAL;
        ret->bucket = before;
    }
}

/* The longest run of labels, from the right, that names a service: "api.ecr", "sync-states". */
static void read_service(struct awi_str prefix, struct awi_str label, struct awi_endpoint *ret)
{
    struct awi_str name = alias(label);
    struct awi_str before = prefix;

    ret->service = label;
    ret->model = awi_endpoint_service(name);
    /* Up to three labels: data.jobs.iot. What was cut off is read through its place in the host. */
    struct awi_str rest = prefix;
    for (unsigned i = 0; i < 2 && rest.len && label.ptr == prefix.ptr + prefix.len + 1; i++) {
        struct awi_str left = cut_last(&rest);
        struct awi_str run = awi_str_of(left.ptr, (size_t)(label.ptr + label.len - left.ptr));
        const struct awi_model *model = awi_endpoint_service(run);
        if (model) {
            ret->model = model;
            before = rest;
        }
    }
    /* A prefix that some operations put before the host's first label: "sync-states". */
    ptrdiff_t dash = awi_str_find(label, '-');
    if (!ret->model && dash >= 0) {
        name = awi_str_skip(label, (size_t)dash + 1);
        ret->model = awi_endpoint_service(name);
    }
    if (ret->model) {
        ret->service = ret->model->endpoint_prefix;
    }
    if (awi_str_is_account(before)) {
        ret->account = before;
    }
}

bool awi_endpoint_host(struct awi_str host, struct awi_endpoint *ret)
{
    struct awi_str prefix;

    if (!cut_suffix(host, &prefix, ret)) {
        return false;
    }
    if (awi_str_is(last(prefix), "vpce")) {
        cut_last(&prefix);
    }
    cut_region(&prefix, ret);
    if (awi_str_is(last(prefix), "dualstack")) {
        ret->dualstack = true;
        cut_last(&prefix);
    }
    struct awi_str label = cut_last(&prefix);
    /* Runs such as "fips.batch", and the usual "kms-fips". */
    ret->fips = strip_tail(&label, AWI_STR("-fips"));
    if (is_s3_label(label, ret)) {
        read_s3(prefix, ret);
    } else {
        if (awi_str_is(last(prefix), "fips")) {
            ret->fips = true;
            cut_last(&prefix);
        }
        cut_vpce(&prefix);
        read_service(prefix, label, ret);
    }
    struct awi_str partition = awi_endpoint_partition(ret->region);
    if (awi_str_is_set(partition)) {
        ret->partition = partition;
    }
    return true;
}
