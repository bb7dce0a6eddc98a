/*
 * profile: how one kind of helpdesk is heard and asked, as PROFILE.yaml says it: some jq programs,
 * how a webhook is verified, and the headers of our requests.
 *
 *     struct eh_profile *profile;
 *     r = eh_profile_load("/usr/share/evenhand/bridge", "zammad", &profile, &error);
 *     const char *text = profile->programs[EH_PROGRAM_IN];
 *     eh_profile_free(profile);
 */
#ifndef EVENHAND_BRIDGE_PROFILE_PROFILE_H
#define EVENHAND_BRIDGE_PROFILE_PROFILE_H

#include <jansson.h>

#include <evenhand/base/base.h>

enum eh_program {
    EH_PROGRAM_IN,     /* what the helpdesk says → how the ticket stands */
    EH_PROGRAM_ASSIGN, /* an owner that is wanted → requests */
    EH_PROGRAM_DONE,   /* an answer → "done", "refused", "again" or "read" */
    EH_PROGRAM_READ,   /* a ticket → the request that reads it */
    EH_PROGRAM_SWEEP,  /* a page → its request, or nothing */
    EH_PROGRAM_LOGIN,  /* → the request for a session */
    EH_PROGRAM_RIGHTS, /* answers so far → one more request, or verdicts */
    EH_PROGRAM_HOOK,   /* answers so far → one more request that makes the webhook */
    EH_PROGRAM_PEOPLE, /* answers so far → one more request, or groups and agents */
    EH_PROGRAM_COUNT
};

enum eh_verify_kind {
    EH_VERIFY_HMAC_SHA1,
    EH_VERIFY_HMAC_SHA256,
    EH_VERIFY_TOKEN, /* the header is the secret itself */
    EH_VERIFY_BASIC, /* Authorization: Basic; the secret is user:password */
    EH_VERIFY_NONE   /* no webhooks are taken */
};

struct eh_verify {
    enum eh_verify_kind kind;
    char header[64];
    char value[128];           /* "sha1={hex}": {hex}, {base64} or {secret} stands in it once */
    char over[128];            /* "{timestamp}.{body}"; also {method} and {url} */
    char timestamp_header[64]; /* "": `over` has no {timestamp} */
    int64_t max_age_s;         /* of the timestamp; 0: any */
};

struct eh_profile {
    char name[EH_ID_MAX + 1];
    char tried[256];       /* against what it was run */
    char event_header[64]; /* has the id of a delivery, or "" */
    struct eh_verify verify;
    json_t *verify_words; /* as it stands in the file */
    json_t *auth; /* header → value with {secret}, {basic} or {session} in it; never NULL */
    /* {cookie: its name or how it begins} or {body: key}: what of the login's answer is {cookie} or
     * {session}; NULL: all cookies. */
    json_t *session;
    /* key → text, as in `auth`: for a helpdesk that wants its log-in in the body of each request
     * that has one; or NULL */
    json_t *auth_body;
    /* What `add` asks a person for: secret, account, webhook_secret or a key of `options` → the
     * question, in this order; or NULL */
    json_t *asks;
    char *programs[EH_PROGRAM_COUNT]; /* NULL: none */
    char *advice;                     /* for people, or NULL */
    char *setup;                      /* what has to be made on the helpdesk's side, or NULL */
};

const char *eh_program_name(enum eh_program);
const char *const *eh_program_names(void); /* all of them, by their number */
int eh_profile_load(const char *folder, const char *name, struct eh_profile **ret,
                    struct eh_error *) EH_MUST_CHECK;
int eh_profile_parse(struct eh_str text, const char *path, struct eh_profile **ret,
                     struct eh_error *) EH_MUST_CHECK;
void eh_profile_free(struct eh_profile *); /* NULL allowed */

#endif
