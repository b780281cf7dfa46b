/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credential report (id_credentials_getting-report): a line of CSV for the root user and for
 * each user, made when it is asked for and good for four hours.
 */
#include "services/iam/credential.h"

#include "core/identity/session.h"
#include "core/util/buf.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <time.h>

#define TABLE   "report"
#define GOOD_MS (INT64_C(4) * 3600 * 1000)
#define LIMIT   (32u << 20)
#define PAIR    2 /* keys, certificates */
#define DAY_MS  INT64_C(86400000)

static const char header[] =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

struct report {
    struct awi_req *req;
    struct awi_buf text;
    struct iam_SettingsRecord settings;
};

/* --- Fields ------------------------------------------------------------------------------------
 */

static void say(struct report *report, struct awi_str text)
{
    awi_buf_char(&report->text, ',');
    awi_buf_str(&report->text, text);
}

static void say_flag(struct report *report, bool flag)
{
    say(report, flag ? AWI_STR("true") : AWI_STR("false"));
}

static void say_time(struct report *report, struct awi_opt_time at)
{
    time_t seconds = at.ms / 1000;
    char text[40];
    struct tm tm;

    if (!at.set || !gmtime_r(&seconds, &tm)) {
        say(report, AWI_STR("N/A"));
        return;
    }
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S+00:00", &tm);
    say(report, awi_str_from(text));
}

static int say_keys(struct report *report, const struct awi_str *ids, size_t n)
{
    struct awi_req *req = report->req;
    int r = 0;

    for (size_t i = 0; r == 0 && i < PAIR; i++) {
        struct iam_AccessKeyLastUsed used = {.Region = AWI_STR("N/A"),
                                             .ServiceName = AWI_STR("N/A")};
        struct core_AccessKeyRecord key = {.Status = AWI_STR_NULL};
        if (i < n) {
            r = awi_access_key_get(awi_request_txn(req), awi_arena(req), ids[i], &key);
            r = r ? r : iam_key_used(req, ids[i], &used);
        }
        say_flag(report, awi_str_is(key.Status, "Active"));
        say_time(report, key.Created);
        say_time(report, used.LastUsedDate);
        say(report, used.Region);
        say(report, used.ServiceName);
    }
    return r;
}

struct certificates {
    struct iam_CredentialRecord items[PAIR];
    size_t n;
};

static int take_certificate(void *arg, const struct iam_CredentialRecord *record)
{
    struct certificates *certificates = arg;

    if (certificates->n < PAIR) {
        certificates->items[certificates->n++] = *record;
    }
    return 0;
}

/* user NULL: the root user, who has none here. */
static int say_certificates(struct report *report, const struct iam_entity *user)
{
    struct certificates held = {.n = 0};
    int r = user ? iam_credential_each(report->req, IAM_SIGNING, user, take_certificate, &held) : 0;

    for (size_t i = 0; i < PAIR; i++) {
        say_flag(report, i < held.n && awi_str_is(held.items[i].Status, "Active"));
        say_time(report, i < held.n ? held.items[i].Created : (struct awi_opt_time){.set = false});
    }
    return r;
}

/* --- Lines -------------------------------------------------------------------------------------
 */

static int say_root(struct report *report)
{
    const struct iam_RecordTexts *keys = &report->settings.RootAccessKeys;
    struct awi_str unsupported = AWI_STR("not_supported");
    struct core_AccountRecord account;
    struct awi_directory dir = awi_request_directory(report->req);
    struct awi_opt_time since;
    int r = awi_account_get(&dir, awi_account(report->req), &account);
    int login = iam_root_login(report->req, &since);

    if (r || (login && login != -ENOENT)) {
        return r ? r : login;
    }
    awi_buf_printf(&report->text,
                   "\n<root_account>,arn:%.*s:iam::%.*s:root",
                   AWI_STR_FMT(awi_partition(report->req)),
                   AWI_STR_FMT(awi_account(report->req)));
    say_time(report, account.Created.set ? account.Created : AWI_SOME_TIME(0));
    say_flag(report, login == 0);
    say(report, login == 0 ? AWI_STR("no_information") : AWI_STR("N/A"));
    say(report, unsupported);
    say(report, unsupported);
    say_flag(report, false);
    r = say_keys(report, keys->items, keys->n);
    return r ? r : say_certificates(report, NULL);
}

static void say_password(struct report *report, const struct core_UserRecord *user)
{
    const struct iam_PasswordPolicy *policy = report->settings.PasswordPolicy;
    struct awi_opt_time next = {.set = false};

    say_flag(report, user->Login != NULL);
    if (!user->Login) {
        for (int i = 0; i < 3; i++) {
            say(report, AWI_STR("N/A"));
        }
        return;
    }
    if (user->PasswordLastUsed.set) {
        say_time(report, user->PasswordLastUsed);
    } else {
        say(report, AWI_STR("no_information"));
    }
    say_time(report, user->Login->Changed);
    if (policy && policy->ExpirePasswords.v) {
        next = AWI_SOME_TIME(user->Login->Changed.ms + policy->MaxPasswordAge.v * DAY_MS);
    }
    say_time(report, next);
}

static int say_user(struct report *report, struct awi_str value)
{
    struct iam_entity e = {.kind = IAM_USER};
    struct core_UserRecord *user = &e.user;
    int r = awi_record_decode(value, awi_arena(report->req), &core_UserRecord_shape, user);

    if (r) {
        return r;
    }
    awi_buf_printf(
        &report->text, "\n%.*s,%.*s", AWI_STR_FMT(user->UserName), AWI_STR_FMT(user->Arn));
    say_time(report, user->Created);
    say_password(report, user);
    say_flag(report, user->MfaDevices.n > 0);
    r = say_keys(report, user->AccessKeys.items, user->AccessKeys.n);
    return r ? r : say_certificates(report, &e);
}

static int write_report(struct report *report)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = iam_core_scope(report->req);
    struct awi_str key, value;
    int r = iam_settings_get(report->req, &report->settings);

    awi_buf_strz(&report->text, header);
    r = r ? r : say_root(report);
    r = r ? r
          : awi_cursor_open(&scope, AWI_USER_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        r = say_user(report, value);
    }
    return r != -ENOENT ? r : report->text.error;
}

/* --- Operations --------------------------------------------------------------------------------
 */

static int held(struct awi_req *req, struct iam_CredentialReportRecord *ret)
{
    struct awi_scope scope = awi_scope(req);

    return awi_record_get(
        &scope, TABLE, AWI_STR(""), awi_arena(req), &iam_CredentialReportRecord_shape, ret);
}

static bool is_good(const struct awi_req *req, const struct iam_CredentialReportRecord *record)
{
    return record->Generated.ms + GOOD_MS > awi_now(req);
}

int iam_generate_credential_report(struct awi_req *req,
                                   const void *in,
                                   struct iam_GenerateCredentialReportResponse *out)
{
    struct report report = {.req = req, .text = AWI_BUF_INIT(LIMIT)};
    struct awi_scope scope = awi_scope(req);
    struct iam_CredentialReportRecord record;
    int r = held(req, &record);

    if (r == 0 && is_good(req, &record)) {
        out->State = AWI_STR("COMPLETE");
        return 0;
    }
    r = r && r != -ENOENT ? r : write_report(&report);
    record = (struct iam_CredentialReportRecord){.Generated = iam_now(req),
                                                 .Content = awi_buf_view(&report.text)};
    r = r ? r
          : awi_record_put(&scope,
                           TABLE,
                           AWI_STR(""),
                           awi_arena(req),
                           &iam_CredentialReportRecord_shape,
                           &record);
    awi_buf_deinit(&report.text);
    out->State = AWI_STR("STARTED");
    out->Description = AWI_STR("No report exists. Starting a new report generation task");
    return r;
}

int iam_get_credential_report(struct awi_req *req,
                              const void *in,
                              struct iam_GetCredentialReportResponse *out)
{
    struct iam_CredentialReportRecord record;
    int r = held(req, &record);

    if (r == -ENOENT) {
        return awi_fail(req,
                        &iam_CredentialReportNotPresentException_error,
                        "No credential report exists. Please generate a report first.");
    }
    if (r == 0 && !is_good(req, &record)) {
        return awi_fail(req,
                        &iam_CredentialReportExpiredException_error,
                        "The credential report has expired. Please generate a new one.");
    }
    out->Content = record.Content;
    out->ReportFormat = AWI_STR("text/csv");
    out->GeneratedTime = record.Generated;
    return r;
}
