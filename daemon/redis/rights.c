/* rights: the commands that evenhandd needs, each asked for once. See redis_rights.h. */
#include "redis/rights.h"

#include <stdlib.h>

#include "host/log.h"

#define WORDS_MAX 10
#define INBOX     "{inbox}"
#define OUTBOX    "{outbox}"
#define DEAD      "{dead}"

/* Numbers that are none and ids that no entry has: whatever stands there stays as it is. */
static const char *const asked[][WORDS_MAX] = {
    {"XADD", OUTBOX, "NOMKSTREAM", "0-0", "x", "x"},
    {"XADD", DEAD, "NOMKSTREAM", "0-0", "x", "x"},
    {"XRANGE", INBOX, "0-0", "0-0"},
    {"XRANGE", OUTBOX, "0-0", "0-0"},
    {"XRANGE", DEAD, "0-0", "0-0"},
    {"XTRIM", INBOX, "MINID", "=", "0-0"},
    {"XTRIM", OUTBOX, "MINID", "=", "0-0"},
    {"XTRIM", DEAD, "MINID", "=", "0-0"},
    {"XREADGROUP", "GROUP", "evenhand", "evenhandd", "COUNT", "x", "STREAMS", INBOX, ">"},
    {"XGROUP", "CREATE", INBOX, "evenhand", "x"},
    {"XACK", INBOX, "evenhand", "0-0"},
    {"XPENDING", INBOX, "evenhand", "-", "+", "x"},
    {"XCLAIM", INBOX, "evenhand", "evenhandd", "x", "0-1"},
    {"XINFO", "GROUPS", INBOX},
    {"XINFO", "STREAM", INBOX},
    {"XINFO", "STREAM", OUTBOX},
    {"XINFO", "STREAM", DEAD},
    {"MULTI"},
    {"EXEC"},
};
#define ASKED (sizeof asked / sizeof *asked)

struct rights {
    eh_redis_rights_fn *on_answer;
    void *context;
    char keys[3][160];
    size_t left; /* answers still to come */
    bool gone;   /* the link went away meanwhile */
    char refusal[EH_ERROR_TEXT_MAX];
    struct question {
        struct rights *rights;
        size_t row;
    } questions[ASKED];
};

static const char *word_of(const struct rights *r, const char *word)
{
    static const char *const names[] = {INBOX, OUTBOX, DEAD};
    for (size_t i = 0; word && i < 3; i++)
        if (strcmp(word, names[i]) == 0)
            return r->keys[i];
    return word;
}

/* The command as people know it: XGROUP CREATE, and XADD with its key. */
static void describe(const struct rights *r, size_t row, char *ret, size_t size)
{
    const char *const *words = asked[row];
    const char *second = words[1] ? word_of(r, words[1]) : "";
    const char *third = words[1] && words[1] == second && words[2] ? word_of(r, words[2]) : "";
    eh_format(ret, size, "%s%s%s%s%s", words[0], *second ? " " : "", second,
              *third && third != words[2] ? " " : "", third != words[2] ? third : "");
}

static void note_refusal(struct rights *r, size_t row, const char *error)
{
    char what[240];
    describe(r, row, what, sizeof what);
    if (strstr(error, "NOPERM")) /* of EXEC it stands behind another word */
        eh_format(r->refusal, sizeof r->refusal,
                  "redis: evenhandd's user may not %s; give it that right (see "
                  "config/redis-acl.example): %s",
                  what, error);
    else if (strstr(error, "unknown command") || strstr(error, "syntax error"))
        eh_format(r->refusal, sizeof r->refusal,
                  "redis: this server does not know %s; use Redis 6.2 or a later one: %s", what,
                  error);
    eh_text_tidy(r->refusal, strlen(r->refusal));
}

static void on_reply(void *context, const redisReply *reply)
{
    struct question *question = context;
    struct rights *r = question->rights;
    r->gone |= !reply;
    if (reply && reply->type == REDIS_REPLY_ERROR && !r->refusal[0])
        note_refusal(r, question->row, reply->str);
    if (--r->left > 0)
        return;
    if (!r->gone)
        r->on_answer(r->context, r->refusal[0] ? r->refusal : NULL);
    free(r);
}

static int ask(struct eh_redis_link *link, struct rights *r, size_t row)
{
    const char *argv[WORDS_MAX];
    int argc = 0;
    while (argc < WORDS_MAX && asked[row][argc]) {
        argv[argc] = word_of(r, asked[row][argc]);
        argc++;
    }
    r->questions[row] = (struct question){r, row};
    return eh_redis_command(link, on_reply, &r->questions[row], argc, argv, NULL);
}

int eh_redis_rights_ask(struct eh_redis_link *link, const struct eh_redis_keys *keys,
                        eh_redis_rights_fn *on_answer, void *context)
{
    const char *const names[] = {keys->inbox, keys->outbox, keys->dead};
    if (!eh_redis_link_up(link))
        return -EH_EUNAVAILABLE;
    struct rights *r = calloc(1, sizeof *r);
    if (!r)
        return -EH_ENOMEM;
    r->on_answer = on_answer;
    r->context = context;
    r->left = 1; /* ours, until all are sent */
    for (size_t i = 0; i < 3; i++)
        eh_format(r->keys[i], sizeof r->keys[i], "%s", names[i]);
    int result = 0;
    for (size_t row = 0; result == 0 && row < ASKED; row++) {
        r->left++;
        result = ask(link, r, row);
        r->left -= result < 0;
    }
    r->gone |= result < 0;
    if (--r->left == 0)
        free(r);
    return result;
}
