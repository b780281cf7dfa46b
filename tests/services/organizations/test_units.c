/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizational units, and accounts that move between them (identity.md 7.4, 7.13).
 */
#include "tests/services/organizations/fixture.h"

static struct awi_str make_unit(struct awi_str parent, const char *name)
{
    struct organizations_CreateOrganizationalUnitRequest in = {.ParentId = parent,
                                                               .Name = awi_str_from(name)};
    struct organizations_CreateOrganizationalUnitResponse out;

    allow(&boss, "CreateOrganizationalUnit", &in, &out);
    return out.OrganizationalUnit->Id;
}

static struct awi_str root_id(void)
{
    struct organizations_ListRootsRequest in = {.NextToken = AWI_STR_NULL};
    struct organizations_ListRootsResponse out;

    allow(&boss, "ListRoots", &in, &out);
    return out.Roots.items[0].Id;
}

static void test_units(void **state)
{
    struct organizations_Organization *org = create();
    struct awi_str root = root_id();
    struct awi_str outer = make_unit(root, "Workloads"), inner = make_unit(outer, "Prod");
    struct organizations_CreateOrganizationalUnitRequest in = {.ParentId = outer,
                                                               .Name = AWI_STR("Prod")};
    struct organizations_DescribeOrganizationalUnitRequest which = {.OrganizationalUnitId = inner};
    struct organizations_DescribeOrganizationalUnitResponse out;
    struct organizations_DeleteOrganizationalUnitRequest gone = {.OrganizationalUnitId = outer};

    refuse(&boss, "CreateOrganizationalUnit", &in, "DuplicateOrganizationalUnitException");
    in.ParentId = AWI_STR("ou-abcd-12345678");
    refuse(&boss, "CreateOrganizationalUnit", &in, "ParentNotFoundException");
    allow(&boss, "DescribeOrganizationalUnit", &which, &out);
    struct awi_str path =
        awi_arena_printf(&world.arena, "%s/%s/%s/%s/", org->Id.ptr, root.ptr, outer.ptr, inner.ptr);
    assert_string_equal(out.OrganizationalUnit->Path.ptr, path.ptr);
    refuse(&boss, "DeleteOrganizationalUnit", &gone, "OrganizationalUnitNotEmptyException");
    gone.OrganizationalUnitId = inner;
    allow(&boss, "DeleteOrganizationalUnit", &gone, NULL);
    gone.OrganizationalUnitId = outer;
    allow(&boss, "DeleteOrganizationalUnit", &gone, NULL);
    refuse(&boss, "DeleteOrganizationalUnit", &gone, "OrganizationalUnitNotFoundException");

    struct awi_str at = root;
    for (int i = 0; i < 5; i++) {
        at = make_unit(at, "deeper");
    }
    in.ParentId = at;
    refuse(&boss, "CreateOrganizationalUnit", &in, "ConstraintViolationException");
}

/* 2,000 units, in hundreds; one that goes makes room for another. */
static void test_most_units(void **state)
{
    struct organizations_CreateOrganizationalUnitRequest in;
    struct organizations_DeleteOrganizationalUnitRequest gone;

    create();
    struct awi_str root = root_id(), at = root;
    for (int i = 0, n = 0; i < 2000; i++, n++) {
        char name[24];
        snprintf(name, sizeof(name), "unit-%d", i);
        gone.OrganizationalUnitId = make_unit(n == 100 ? root : at, name);
        at = n == 0 || n == 100 ? gone.OrganizationalUnitId : at;
        n = n == 100 ? 0 : n;
    }
    in = (struct organizations_CreateOrganizationalUnitRequest){.ParentId = root,
                                                                .Name = AWI_STR("another")};
    refuse(&boss, "CreateOrganizationalUnit", &in, "ConstraintViolationException");
    allow(&boss, "DeleteOrganizationalUnit", &gone, NULL);
    make_unit(root, "another");
}

static void test_move_account(void **state)
{
    create();
    struct awi_str root = root_id(), unit = make_unit(root, "Workloads");
    struct awi_str account = make("Team", "team@example.com")->AccountId;
    struct organizations_MoveAccountRequest in = {
        .AccountId = account, .SourceParentId = unit, .DestinationParentId = root};
    struct organizations_ListParentsRequest parents_in = {.ChildId = account};
    struct organizations_ListParentsResponse parents;
    struct organizations_ListAccountsForParentRequest below_in = {.ParentId = unit};
    struct organizations_ListAccountsForParentResponse below;
    struct organizations_ListChildrenRequest children_in = {.ParentId = root,
                                                            .ChildType = AWI_STR("ACCOUNT")};
    struct organizations_ListChildrenResponse children;

    refuse(&boss, "MoveAccount", &in, "SourceParentNotFoundException");
    in.SourceParentId = root;
    refuse(&boss, "MoveAccount", &in, "DuplicateAccountException");
    in.DestinationParentId = AWI_STR("ou-abcd-12345678");
    refuse(&boss, "MoveAccount", &in, "DestinationParentNotFoundException");
    in.DestinationParentId = unit;
    allow(&boss, "MoveAccount", &in, NULL);
    allow(&boss, "ListParents", &parents_in, &parents);
    assert_true(awi_str_eq(parents.Parents.items[0].Id, unit));
    assert_string_equal(parents.Parents.items[0].Type.ptr, "ORGANIZATIONAL_UNIT");
    allow(&boss, "ListAccountsForParent", &below_in, &below);
    assert_int_equal(below.Accounts.n, 1);
    assert_true(awi_str_eq(below.Accounts.items[0].Id, account));
    allow(&boss, "ListChildren", &children_in, &children);
    assert_int_equal(children.Children.n, 1);
    assert_string_equal(children.Children.items[0].Id.ptr, "123456789012");
    below_in.ParentId = AWI_STR("ou-abcd-12345678");
    refuse(&boss, "ListAccountsForParent", &below_in, "ParentNotFoundException");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_units, setup, teardown),
        cmocka_unit_test_setup_teardown(test_most_units, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move_account, setup, teardown),
    };

    return cmocka_run_group_tests_name("organizations-units", tests, NULL, NULL);
}
