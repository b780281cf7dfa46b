/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DescribeRegions and DescribeAvailabilityZones. Which regions and zones there are is AWS's
 * (Regions and Availability Zones, EC2 user guide); that regions which must be opted into are not,
 * and that zone names and ids go together in the same order in every account, is ours.
 */
#include "services/ec2/ec2.h"

#include <errno.h>

struct place {
    const char *partition;
    const char *region;
    const char *prefix;  /* of zone ids */
    const char *letters; /* of zones */
    const char *numbers; /* of the zones' ids */
    bool opt_in;
};

static const struct place places[] = {
#include "services/ec2/places.def"
};

#define N_PLACES   (sizeof(places) / sizeof(*places))
#define MOST_ZONES 8

static struct awi_str status_of(const struct place *place)
{
    return place->opt_in ? AWI_STR("not-opted-in") : AWI_STR("opt-in-not-required");
}

static bool is_named(const struct awi_str *names, size_t n, struct awi_str name)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq(names[i], name)) {
            return true;
        }
    }
    return n == 0;
}

/* Is there a region of this name, or any, in the request's partition? */
static const struct place *find_place(struct awi_req *req, struct awi_str region)
{
    for (size_t i = 0; i < N_PLACES; i++) {
        if (awi_str_is(awi_partition(req), places[i].partition) &&
            (!awi_str_is_set(region) || awi_str_is(region, places[i].region))) {
            return &places[i];
        }
    }
    return NULL;
}

static int not_known(struct awi_req *req, struct awi_str what)
{
    return awi_fail(req,
                    &awi_error_NotImplemented,
                    "awsintercept does not know the zones of %.*s",
                    AWI_STR_FMT(what));
}

/* --- Regions --------------------------------------------------------------------------------- */

static int check_regions(struct awi_req *req, const struct ec2_RegionNameStringList *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (!find_place(req, names->items[i])) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "Invalid region name: %.*s",
                            AWI_STR_FMT(awi_str_head(names->items[i], 128)));
        }
    }
    return 0;
}

static int region_of(struct awi_req *req, const struct place *place, struct ec2_Region *ret)
{
    *ret = (struct ec2_Region){
        .RegionName = awi_str_from(place->region),
        .OptInStatus = status_of(place),
        .Endpoint = awi_arena_printf(awi_arena(req),
                                     "ec2.%s.amazonaws.com%s",
                                     place->region,
                                     awi_str_is(awi_partition(req), "aws-cn") ? ".cn" : ""),
    };
    return ret->Endpoint.ptr ? 0 : -ENOMEM;
}

int ec2_describe_regions(struct awi_req *req,
                         const struct ec2_DescribeRegionsRequest *in,
                         struct ec2_DescribeRegionsResult *out)
{
    struct ec2_Region *items = awi_arena_array(awi_arena(req), struct ec2_Region, N_PLACES);
    bool all = in->AllRegions.set && in->AllRegions.v, passes;
    size_t n = 0;
    int r = items ? 0 : -ENOMEM;

    if (!find_place(req, AWI_STR_NULL)) {
        return not_known(req, awi_partition(req));
    }
    r = r ? r : check_regions(req, &in->RegionNames);
    r = r ? r : ec2_dry_run(req, in->DryRun);
    for (size_t i = 0; r == 0 && i < N_PLACES; i++) {
        if (!awi_str_is(awi_partition(req), places[i].partition) || (places[i].opt_in && !all) ||
            !is_named(in->RegionNames.items, in->RegionNames.n, awi_str_from(places[i].region))) {
            continue;
        }
        r = region_of(req, &places[i], &items[n]);
        const struct ec2_field fields[] = {{"region-name", items[n].RegionName},
                                           {"endpoint", items[n].Endpoint},
                                           {"opt-in-status", items[n].OptInStatus},
                                           {NULL, AWI_STR_NULL}};
        r = r ? r : ec2_filter(req, &in->Filters, fields, &passes);
        n += r == 0 && passes;
    }
    out->Regions.items = items;
    out->Regions.n = n;
    out->Regions.set = true;
    return r;
}

/* --- Zones ----------------------------------------------------------------------------------- */

static int
zone_of(struct awi_req *req, const struct place *place, size_t at, struct ec2_AvailabilityZone *ret)
{
    *ret = (struct ec2_AvailabilityZone){
        .OptInStatus = AWI_STR("opt-in-not-required"),
        .RegionName = awi_str_from(place->region),
        .ZoneName = awi_arena_printf(awi_arena(req), "%s%c", place->region, place->letters[at]),
        .ZoneId = awi_arena_printf(awi_arena(req), "%s-az%c", place->prefix, place->numbers[at]),
        .GroupName = awi_arena_printf(awi_arena(req), "%s-zg-1", place->region),
        .NetworkBorderGroup = awi_str_from(place->region),
        .ZoneType = AWI_STR("availability-zone"),
        .State = AWI_STR("available"),
        .Messages = {.set = true},
    };
    return ret->ZoneName.ptr && ret->ZoneId.ptr && ret->GroupName.ptr ? 0 : -ENOMEM;
}

/* Every name that was asked for must be some zone's. */
static int check_zones(struct awi_req *req,
                       const struct awi_str *names,
                       size_t n_names,
                       const struct ec2_AvailabilityZone *zones,
                       size_t n)
{
    for (size_t i = 0; i < n_names; i++) {
        size_t at = 0;
        while (at < n && !awi_str_eq(zones[at].ZoneName, names[i]) &&
               !awi_str_eq(zones[at].ZoneId, names[i])) {
            at++;
        }
        if (at == n) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "Invalid availability zone: [%.*s]",
                            AWI_STR_FMT(awi_str_head(names[i], 128)));
        }
    }
    return 0;
}

static int pass_zone(struct awi_req *req,
                     const struct ec2_DescribeAvailabilityZonesRequest *in,
                     const struct ec2_AvailabilityZone *zone,
                     bool *ret)
{
    const struct ec2_field fields[] = {{"zone-name", zone->ZoneName},
                                       {"zone-id", zone->ZoneId},
                                       {"zone-type", zone->ZoneType},
                                       {"group-name", zone->GroupName},
                                       {"opt-in-status", zone->OptInStatus},
                                       {"region-name", zone->RegionName},
                                       {"state", zone->State},
                                       {"message", AWI_STR_NULL},
                                       {"parent-zone-id", AWI_STR_NULL},
                                       {"parent-zone-name", AWI_STR_NULL},
                                       {NULL, AWI_STR_NULL}};
    int r = ec2_filter(req, &in->Filters, fields, ret);

    *ret = *ret && is_named(in->ZoneNames.items, in->ZoneNames.n, zone->ZoneName) &&
           is_named(in->ZoneIds.items, in->ZoneIds.n, zone->ZoneId);
    return r;
}

int ec2_describe_availability_zones(struct awi_req *req,
                                    const struct ec2_DescribeAvailabilityZonesRequest *in,
                                    struct ec2_DescribeAvailabilityZonesResult *out)
{
    const struct place *place = find_place(req, awi_region(req));
    struct ec2_AvailabilityZone *zones =
        awi_arena_array(awi_arena(req), struct ec2_AvailabilityZone, MOST_ZONES);
    size_t most = 0, n = 0;
    int r = zones ? 0 : -ENOMEM;

    if (!place) {
        return not_known(req, awi_region(req));
    }
    while (r == 0 && most < MOST_ZONES && place->letters[most]) {
        r = zone_of(req, place, most, &zones[most]);
        most++;
    }
    r = r ? r : check_zones(req, in->ZoneNames.items, in->ZoneNames.n, zones, most);
    r = r ? r : check_zones(req, in->ZoneIds.items, in->ZoneIds.n, zones, most);
    r = r ? r : ec2_dry_run(req, in->DryRun);
    for (size_t i = 0; r == 0 && i < most; i++) {
        bool passes = false;
        r = pass_zone(req, in, &zones[i], &passes);
        if (passes) {
            zones[n++] = zones[i];
        }
    }
    out->AvailabilityZones.items = zones;
    out->AvailabilityZones.n = n;
    out->AvailabilityZones.set = true;
    return r;
}
