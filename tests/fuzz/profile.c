/* fuzz/profile: any bytes as a profile: read, or refused in one line that has its place. */
#include "bridge/profile/profile.h"
#include "fuzz.h"

static void check(const struct eh_profile *p)
{
    eh_require(p->auth && p->programs[EH_PROGRAM_IN] && p->programs[EH_PROGRAM_DONE]);
    eh_require(strnlen(p->name, sizeof p->name) < sizeof p->name);
    if (p->verify.kind == EH_VERIFY_HMAC_SHA1 || p->verify.kind == EH_VERIFY_HMAC_SHA256)
        eh_require(p->verify.header[0] && strstr(p->verify.over, "{body}"));
    const char *key;
    json_t *question;
    json_object_foreach(p->asks, key, question) eh_require(json_is_string(question));
    eh_require(!p->verify.max_age_s || p->verify.timestamp_header[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eh_profile *profile = NULL;
    struct eh_error error = {0};
    int r = eh_profile_parse(eh_str_n((const char *)data, size), "x.yaml", &profile, &error);
    if (r < 0) {
        eh_require(!profile && error.code == -r && strncmp(error.text, "x.yaml", 6) == 0);
        eh_require(!strchr(error.text, '\n'));
        return 0;
    }
    check(profile);
    eh_profile_free(profile);
    return 0;
}
