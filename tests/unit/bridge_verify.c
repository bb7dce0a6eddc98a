/* Webhooks that are signed right and wrong, too old, altered, or not at all. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "bridge/in/seen.h"
#include "bridge/in/verify.h"

#define NOW    1764460800
#define SECRET "geheim"

struct headers {
    const char *names[4], *values[4];
};

static const char *header_of(const void *context, const char *name)
{
    const struct headers *headers = context;
    for (int i = 0; i < 4 && headers->names[i]; i++)
        if (strcmp(headers->names[i], name) == 0)
            return headers->values[i];
    return NULL;
}

static int check(const struct eh_verify *v, const char *body, const struct headers *headers)
{
    struct eh_error error = {0};
    const struct eh_delivery delivery = {.method = "POST",
                                         .url = "https://hooks.example.com/x",
                                         .body = eh_str(body),
                                         .header = header_of,
                                         .context = headers,
                                         .now_s = NOW};
    int r = eh_verify(v, SECRET, &delivery, &error);
    cr_assert(r == 0 || (error.text[0] && !strstr(error.text, SECRET)), "%s", error.text);
    return r;
}

static int check_one(const struct eh_verify *v, const char *body, const char *value)
{
    const struct headers headers = {{v->header}, {value}};
    return check(v, body, &headers);
}

/* The signatures were made by Python's hmac. */
Test(verify, sha1_in_hexadecimal)
{
    const struct eh_verify v = {.kind = EH_VERIFY_HMAC_SHA1,
                                .header = "X-Hub-Signature",
                                .value = "sha1={hex}",
                                .over = "{body}"};
    cr_assert_eq(check_one(&v, "{\"id\":1}", "sha1=7a25bda6c16a94462490a1a8aa0103b02da7298a"), 0);
    cr_assert_eq(check_one(&v, "{\"id\":1}", "sha1=7A25BDA6C16A94462490A1A8AA0103B02DA7298A"), 0);
    cr_assert_eq(check_one(&v, "{\"id\":2}", "sha1=7a25bda6c16a94462490a1a8aa0103b02da7298a"),
                 -EH_EDENIED);
    cr_assert_eq(check_one(&v, "{\"id\":1}", "sha256=7a25bda6c16a94462490a1a8aa0103b02da7298a"),
                 -EH_EDENIED);
    cr_assert_eq(check_one(&v, "{\"id\":1}", "sha1="), -EH_EDENIED);
    cr_assert_eq(check_one(&v, "{\"id\":1}", ""), -EH_EDENIED);
    const struct headers none = {{"Other"}, {"sha1=7a25bda6c16a94462490a1a8aa0103b02da7298a"}};
    cr_assert_eq(check(&v, "{\"id\":1}", &none), -EH_EDENIED);
}

Test(verify, sha1_in_base64)
{
    const struct eh_verify v = {.kind = EH_VERIFY_HMAC_SHA1,
                                .header = "X-Signature",
                                .value = "{base64}",
                                .over = "{body}"};
    cr_assert_eq(check_one(&v, "{\"id\":1}", "eiW9psFqlEYkkKGoqgEDsC2nKYo="), 0);
    cr_assert_eq(check_one(&v, "{\"id\":2}", "eiW9psFqlEYkkKGoqgEDsC2nKYo="), -EH_EDENIED);
}

static const struct eh_verify stamped = {.kind = EH_VERIFY_HMAC_SHA256,
                                         .header = "X-Signature",
                                         .value = "sha256={hex}",
                                         .over = "{timestamp}.{body}",
                                         .timestamp_header = "X-Timestamp",
                                         .max_age_s = 300};

static int check_at(const struct eh_verify *v, const char *stamp, const char *signature)
{
    const struct headers headers = {{"X-Timestamp", "X-Signature"}, {stamp, signature}};
    return check(v, "{\"id\":1}", &headers);
}

Test(verify, a_timestamp_is_signed_and_has_an_age)
{
    cr_assert_eq(
        check_at(&stamped, "1764460800",
                 "sha256=c50ed78ccde82ffe423b0d3568e319c87b1ed16f0db9520b4cf01788d22721f2"),
        0);
    cr_assert_eq(
        check_at(&stamped, "1764460801",
                 "sha256=c50ed78ccde82ffe423b0d3568e319c87b1ed16f0db9520b4cf01788d22721f2"),
        -EH_EDENIED); /* not signed */
    cr_assert_eq(
        check_at(&stamped, "1764460500",
                 "sha256=3e764b9ac202a8097b15b0b76c482a820383356298e9057a8b7ed9d6a1af6d2f"),
        0);
    cr_assert_eq(
        check_at(&stamped, "1764460499",
                 "sha256=a21368cb3416b17c86d7de0c6ab8f1a6a0df4da85bc80eb581f1784a9855b0c1"),
        -EH_EDENIED);
    cr_assert_eq(
        check_at(&stamped, "1764460860",
                 "sha256=b72950cc121af64b7a08df98d423fdb4a573bede560233b18b90dd86900835e6"),
        0);
    cr_assert_eq(
        check_at(&stamped, "1764460861",
                 "sha256=10f04f5517ac326289919ca5292af3faf9166ee9c507dcb3d8b7820966dfa71c"),
        -EH_EDENIED);
    cr_assert_eq(
        check_at(&stamped, "1764460800000",
                 "sha256=ae6eacabcd8a8428b28d21241c18b0cc579fad38150e516682f579126cd0f043"),
        0);
    cr_assert_eq(
        check_at(&stamped, "soon",
                 "sha256=c50ed78ccde82ffe423b0d3568e319c87b1ed16f0db9520b4cf01788d22721f2"),
        -EH_EDENIED);
    cr_assert_eq(
        check_one(&stamped, "{\"id\":1}",
                  "sha256=c50ed78ccde82ffe423b0d3568e319c87b1ed16f0db9520b4cf01788d22721f2"),
        -EH_EDENIED); /* none */
}

Test(verify, method_and_address_may_be_signed)
{
    const struct eh_verify v = {.kind = EH_VERIFY_HMAC_SHA256,
                                .header = "X-Signature",
                                .value = "{base64}",
                                .over = "{method}{url}{body}{timestamp}",
                                .timestamp_header = "X-Timestamp",
                                .max_age_s = 300};
    cr_assert_eq(check_at(&v, "1764460800", "aHVHTegY705yLK755ogGljOHjn4DpTna1YZABsEjyQY="), 0);
    cr_assert_eq(check_at(&v, "1764460800",
                          "c50ed78ccde82ffe423b0d3568e319c87b1ed16f0db9520b4cf01788d22721f2"),
                 -EH_EDENIED);
}

Test(verify, tokens_and_passwords)
{
    const struct eh_verify token = {
        .kind = EH_VERIFY_TOKEN, .header = "X-Token", .value = "Token {secret}"};
    cr_assert_eq(check_one(&token, "", "Token " SECRET), 0);
    cr_assert_eq(check_one(&token, "", "Token " SECRET "x"), -EH_EDENIED);
    cr_assert_eq(check_one(&token, "", SECRET), -EH_EDENIED);

    const struct eh_verify basic = {.kind = EH_VERIFY_BASIC, .header = "Authorization"};
    cr_assert_eq(check_one(&basic, "", "Basic Z2VoZWlt"), 0);
    cr_assert_eq(check_one(&basic, "", "Basic Z2VoZWls"), -EH_EDENIED);
    cr_assert_eq(check_one(&basic, "", "Bearer Z2VoZWlt"), -EH_EDENIED);
    const struct headers none = {{NULL}, {NULL}};
    cr_assert_eq(check(&basic, "", &none), -EH_EDENIED);
}

Test(verify, without_a_secret_nobody_is_let_in)
{
    const struct eh_verify v = {.kind = EH_VERIFY_TOKEN, .header = "X-Token", .value = "{secret}"};
    const struct headers headers = {{"X-Token"}, {""}};
    const struct eh_delivery delivery = {
        .method = "POST", .url = "", .header = header_of, .context = &headers, .now_s = NOW};
    cr_assert_eq(eh_verify(&v, "", &delivery, NULL), -EH_EDENIED);
    const struct eh_verify nothing = {.kind = EH_VERIFY_NONE};
    cr_assert_eq(eh_verify(&nothing, "", &delivery, NULL), -EH_EDENIED);
}

Test(seen, a_delivery_is_remembered_until_it_is_the_oldest)
{
    static struct eh_seen seen;
    char id[32];
    for (int i = 0; i < EH_SEEN_MAX; i++) {
        snprintf(id, sizeof id, "delivery-%d", i);
        cr_assert_not(eh_seen_has(&seen, eh_str(id)));
        eh_seen_add(&seen, eh_str(id));
    }
    cr_assert(eh_seen_has(&seen, eh_str("delivery-0")));
    eh_seen_add(&seen, eh_str("one more"));
    cr_assert_not(eh_seen_has(&seen, eh_str("delivery-0")));
    cr_assert(eh_seen_has(&seen, eh_str("delivery-1")));
    cr_assert(eh_seen_has(&seen, eh_str("one more")));
    eh_seen_done(&seen);
}
