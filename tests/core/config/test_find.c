/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/config: the files and variables that are looked at, and what becomes of those that cannot be
 * read.
 */
#include "core/config/config.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct awi_config config;

static int teardown(void **state)
{
    awi_config_deinit(&config);
    return 0;
}

static void test_env_account(void **state)
{
    char id[13];
    const char *why = NULL;

    unsetenv("MOTO_ACCOUNT_ID");
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    assert_int_equal(awi_config_env_account(id, &why), 0);
    setenv("MOTO_ACCOUNT_ID", "111111111111", 1);
    assert_int_equal(awi_config_env_account(id, &why), 1);
    assert_string_equal(id, "111111111111");
    setenv("AWSINTERCEPT_ACCOUNT_ID", "222222222222", 1);
    assert_int_equal(awi_config_env_account(id, &why), 1);
    assert_string_equal(id, "222222222222");
    setenv("AWSINTERCEPT_ACCOUNT_ID", "2222222222223", 1);
    assert_int_equal(awi_config_env_account(id, &why), -EINVAL);
    assert_string_equal(why,
                        "AWSINTERCEPT_ACCOUNT_ID in the environment is no account id of 12 "
                        "digits");
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    setenv("MOTO_ACCOUNT_ID", "", 1);
    assert_int_equal(awi_config_env_account(id, &why), 0);
    unsetenv("MOTO_ACCOUNT_ID");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_load_finds_files(void **state)
{
    char dir[] = "/tmp/awi-config-XXXXXX";
    AWI_AUTO(fd) int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 0);
    assert_int_equal(config.accounts_mode, AWI_ACCOUNTS_OPEN);

    write_file("cloudmock.yml", "account_id: '111111111111'\n");
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 0);
    assert_true(awi_str_is(config.account_id, "111111111111"));
    assert_true(awi_str_is(config.file, "cloudmock.yml"));

    write_file("awsintercept.yml", "account_id: '222222222222'\n");
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 0);
    assert_true(awi_str_is(config.account_id, "222222222222"));

    write_file("third.yml", "account_id: 3\n");
    setenv("AWSINTERCEPT_CONFIG", "third.yml", 1);
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 1);
    assert_string_equal(config.problem.ptr,
                        "third.yml:1: found \"3\" for account_id, expected 12 digits in quotes "
                        "such as \"222222222222\"");

    setenv("AWSINTERCEPT_CONFIG", "none.yml", 1);
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 1);
    assert_string_equal(config.problem.ptr,
                        "AWSINTERCEPT_CONFIG: found none.yml (No such file or directory), "
                        "expected a file that can be read");
    unsetenv("AWSINTERCEPT_CONFIG");

    AWI_AUTO(fd) int huge = open("awsintercept.yml", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(huge, AWI_CONFIG_FILE_MAX + 1), 0);
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 1);
    assert_string_equal(config.problem.ptr,
                        "awsintercept.yml:1: found more than 1048576 bytes, expected a "
                        "configuration file");

    unlink("awsintercept.yml");
    unlink("cloudmock.yml");
    unlink("third.yml");
    assert_int_equal(mkfifo("awsintercept.yml", 0600), 0);
    awi_config_deinit(&config);
    assert_int_equal(awi_config_load(&config), 1);
    unlink("awsintercept.yml");
    assert_int_equal(fchdir(home), 0);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_env_account, teardown),
        cmocka_unit_test_teardown(test_load_finds_files, teardown),
    };

    return cmocka_run_group_tests_name("config-find", tests, NULL, NULL);
}
