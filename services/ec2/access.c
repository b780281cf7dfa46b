/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of EC2 need permission for (service authorization reference, "Actions,
 * resources, and condition keys for Amazon EC2"). Of an operation whose input is not known the
 * resource is told only where it is one that is yet to be made; else it is "*".
 */
#include "services/ec2/ec2.h"

#include <errno.h>

#define MOST_TAGS 50

/* Operations that make one thing, whose ARN ends with a star. Sorted by operation. */
static const struct {
    const char *operation;
    const char *type;
} made[] = {
    {"AllocateAddress", "elastic-ip"},
    {"CreateCustomerGateway", "customer-gateway"},
    {"CreateDhcpOptions", "dhcp-options"},
    {"CreateEgressOnlyInternetGateway", "egress-only-internet-gateway"},
    {"CreateImage", "image"},
    {"CreateInternetGateway", "internet-gateway"},
    {"CreateIpam", "ipam"},
    {"CreateKeyPair", "key-pair"},
    {"CreateLaunchTemplate", "launch-template"},
    {"CreateManagedPrefixList", "prefix-list"},
    {"CreateNetworkAcl", "network-acl"},
    {"CreatePlacementGroup", "placement-group"},
    {"CreateRouteTable", "route-table"},
    {"CreateSecurityGroup", "security-group"},
    {"CreateSnapshot", "snapshot"},
    {"CreateSubnet", "subnet"},
    {"CreateTransitGateway", "transit-gateway"},
    {"CreateVolume", "volume"},
    {"CreateVpc", "vpc"},
    {"CreateVpnGateway", "vpn-gateway"},
    {"ImportKeyPair", "key-pair"},
};

/* arn:aws:ec2:REGION:ACCOUNT:TYPE/NAME */
static struct awi_str resource_arn(struct awi_req *req, const char *type, struct awi_str name)
{
    return awi_arn(req, "%s/%.*s", type, AWI_STR_FMT(name));
}

/* --- RunInstances ---------------------------------------------------------------------------- */

struct asking {
    struct awi_req *req;
    const struct ec2_RunInstancesRequest *in;
    struct awi_access_list *list;
    bool failed;
};

static void
set_key(struct asking *a, struct awi_access *access, const char *key, struct awi_str value)
{
    struct awi_context_entry *items = (struct awi_context_entry *)(uintptr_t)access->context;
    struct awi_str *copy = awi_arena_new(awi_arena(a->req), struct awi_str);

    if (!copy) {
        a->failed = true;
    } else if (awi_str_is_set(value)) {
        *copy = value;
        items[access->n_context++] =
            (struct awi_context_entry){.key = awi_str_from(key), .values = copy, .n = 1};
    }
}

/* The tags that the request puts on things of this type. */
static void set_tags(struct asking *a, struct awi_access *access, const char *type)
{
    struct awi_context_entry *items = (struct awi_context_entry *)(uintptr_t)access->context;
    struct awi_str *keys = awi_arena_array(awi_arena(a->req), struct awi_str, MOST_TAGS);
    size_t n = 0;

    for (size_t i = 0; keys && i < a->in->TagSpecifications.n; i++) {
        const struct ec2_TagSpecification *spec = &a->in->TagSpecifications.items[i];
        for (size_t k = 0; awi_str_is(spec->ResourceType, type) && k < spec->Tags.n; k++) {
            struct awi_str name = awi_arena_printf(
                awi_arena(a->req), "aws:RequestTag/%.*s", AWI_STR_FMT(spec->Tags.items[k].Key));
            if (!name.ptr || n == MOST_TAGS) {
                a->failed |= !name.ptr;
                break;
            }
            keys[n++] = spec->Tags.items[k].Key;
            items[access->n_context++] = (struct awi_context_entry){
                .key = name, .values = &spec->Tags.items[k].Value, .n = 1};
        }
    }
    a->failed |= !keys;
    if (n) {
        items[access->n_context++] = (struct awi_context_entry){
            .key = AWI_STR("aws:TagKeys"), .values = keys, .n = n, .multivalued = true};
    }
}

static struct awi_access *ask(struct asking *a, const char *action, struct awi_str resource)
{
    struct awi_access *access = &a->list->items[a->list->n++];

    *access = (struct awi_access){
        .action = awi_str_from(action),
        .resource = resource,
        .context = awi_arena_array(awi_arena(a->req), struct awi_context_entry, MOST_TAGS + 8),
    };
    a->failed |= !resource.ptr || !access->context;
    if (access->context) {
        set_key(a, access, "ec2:Region", awi_region(a->req));
    }
    return access;
}

/* One thing that the request makes, by its type, with the tags it gets. */
static struct awi_access *ask_new(struct asking *a, const char *type)
{
    struct awi_access *access =
        ask(a, "ec2:RunInstances", resource_arn(a->req, type, AWI_STR("*")));

    if (!a->failed) {
        set_tags(a, access, type);
    }
    return access;
}

static void ask_instance(struct asking *a)
{
    const struct ec2_RunInstancesRequest *in = a->in;
    struct awi_access *access = ask_new(a, "instance");

    if (a->failed) {
        return;
    }
    set_key(a, access, "ec2:InstanceType", in->InstanceType);
    set_key(a,
            access,
            "ec2:EbsOptimized",
            in->EbsOptimized.set && in->EbsOptimized.v ? AWI_STR("true") : AWI_STR("false"));
    set_key(a,
            access,
            "ec2:Tenancy",
            in->Placement && awi_str_is_set(in->Placement->Tenancy) ? in->Placement->Tenancy
                                                                    : AWI_STR("default"));
    if (in->MetadataOptions) {
        set_key(a, access, "ec2:MetadataHttpTokens", in->MetadataOptions->HttpTokens);
        set_key(a, access, "ec2:MetadataHttpEndpoint", in->MetadataOptions->HttpEndpoint);
    }
}

static void ask_tags(struct asking *a)
{
    static const char *const types[] = {"instance", "volume", "network-interface"};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        bool tagged = false;
        for (size_t k = 0; k < a->in->TagSpecifications.n; k++) {
            tagged |= awi_str_is(a->in->TagSpecifications.items[k].ResourceType, types[i]);
        }
        struct awi_access *access =
            tagged ? ask(a, "ec2:CreateTags", resource_arn(a->req, types[i], AWI_STR("*"))) : NULL;
        if (access && !a->failed) {
            set_key(a, access, "ec2:CreateAction", AWI_STR("RunInstances"));
            set_tags(a, access, types[i]);
        }
    }
}

static int run_instances(struct awi_req *req,
                         const struct ec2_RunInstancesRequest *in,
                         struct awi_access_list *ret)
{
    struct asking a = {.req = req, .in = in, .list = ret};

    ret->items = awi_arena_array(awi_arena(req), struct awi_access, 9 + in->SecurityGroupIds.n);
    if (!ret->items) {
        return -ENOMEM;
    }
    ask_instance(&a);
    ask_new(&a, "network-interface");
    ask_new(&a, "volume");
    if (awi_str_is_set(in->ImageId)) {
        ask(&a,
            "ec2:RunInstances",
            awi_arena_printf(awi_arena(req),
                             "arn:%.*s:ec2:%.*s::image/%.*s",
                             AWI_STR_FMT(awi_partition(req)),
                             AWI_STR_FMT(awi_region(req)),
                             AWI_STR_FMT(in->ImageId)));
    }
    if (awi_str_is_set(in->SubnetId)) {
        ask(&a, "ec2:RunInstances", resource_arn(req, "subnet", in->SubnetId));
    }
    if (awi_str_is_set(in->KeyName)) {
        ask(&a, "ec2:RunInstances", resource_arn(req, "key-pair", in->KeyName));
    }
    for (size_t i = 0; i < in->SecurityGroupIds.n; i++) {
        ask(&a,
            "ec2:RunInstances",
            resource_arn(req, "security-group", in->SecurityGroupIds.items[i]));
    }
    ask_tags(&a);
    return a.failed ? -ENOMEM : 0;
}

/* --- The others ------------------------------------------------------------------------------ */

static struct awi_str resource_of(struct awi_req *req, struct awi_str operation)
{
    for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
        if (awi_str_is(operation, made[i].operation)) {
            return resource_arn(req, made[i].type, AWI_STR("*"));
        }
    }
    return AWI_STR("*");
}

int ec2_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_str name = awi_operation(req)->name;
    const struct awi_str action[] = {AWI_STR("ec2:"), name};
    struct asking a = {.req = req, .list = ret};

    if (awi_str_is(name, "RunInstances")) {
        return run_instances(req, in, ret);
    }
    struct awi_str whole = awi_arena_join(awi_arena(req), action, 2);
    ret->items = awi_arena_new(awi_arena(req), struct awi_access);
    if (!whole.ptr || !ret->items) {
        return -ENOMEM;
    }
    ask(&a, whole.ptr, resource_of(req, name));
    return a.failed ? -ENOMEM : 0;
}
