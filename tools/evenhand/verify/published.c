/* published: compares the outbox in Redis with the log. See published.h. */
#include "published.h"

#define NUMBER_MAX 48 /* bytes of an entry's id */

/* For "%llu". */
static unsigned long long big(uint64_t number)
{
    return number;
}

/* "812-0" as 812; 0: no number of ours. */
static uint64_t entry_number(struct eh_str id)
{
    int64_t number;
    bool ours = id.size > 2 && memcmp(id.data + id.size - 2, "-0", 2) == 0 &&
                eh_integer_parse(eh_str_n(id.data, id.size - 2), &number, NULL) == 0 && number > 0;
    return ours ? (uint64_t)number : 0;
}

static int entry_stray(struct eh_str id, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %.*s: %s", EH_STR_ARG(id), what);
}

/* The next entry of the outbox becomes the one to compare. */
static int published_advance(struct eh_published *p, struct eh_error *error)
{
    int r = eh_entries_next(&p->entries, &p->entry, error);
    if (r <= 0) {
        p->next = 0;
        return r;
    }
    uint64_t number = entry_number(p->entry.id);
    if (p->entry.id.size == 0)
        return eh_error_set(error, EH_ECORRUPT, "outbox: an entry cannot be read");
    if (number == 0 || number <= p->next)
        return entry_stray(p->entry.id, "its id is no number of the log", error);
    p->next = number > p->last ? 0 : number;
    return 0;
}

/* Sets p->last to the number of the last entry; 0: there is none. */
static int published_find_last(struct eh_published *p, struct eh_error *error)
{
    int r = eh_entries_last(&p->entries, &p->entry, error);
    if (r <= 0)
        return r;
    p->last = entry_number(p->entry.id);
    return p->last > 0 ? 0 : entry_stray(p->entry.id, "its id is no number of the log", error);
}

int eh_published_open(const struct eh_cli *cli, const char *address, const char *desk,
                      struct eh_published *ret, struct eh_error *error)
{
    char key[EH_STREAM_KEY_MAX];
    *ret = (struct eh_published){.scratch = EH_BYTES_INIT, .account = EH_BYTES_INIT};
    eh_format(key, sizeof key, "evenhand:{%s}:outbox", desk);
    int r = eh_stream_open(cli, address, key, &ret->stream);
    if (r != EH_EXIT_DONE) { /* the reason has been said */
        *ret = (struct eh_published){.scratch = EH_BYTES_INIT, .account = EH_BYTES_INIT};
        return r == EH_EXIT_USAGE    ? -EH_EINVAL
               : r == EH_EXIT_DENIED ? -EH_EDENIED
                                     : -EH_EUNAVAILABLE;
    }
    ret->entries.stream = &ret->stream;
    r = published_find_last(ret, error);
    return r == 0 && ret->last > 0 ? published_advance(ret, error) : r;
}

void eh_published_close(struct eh_published *p)
{
    eh_entries_done(&p->entries);
    eh_bytes_done(&p->scratch);
    eh_bytes_done(&p->account);
    if (p->stream.redis)
        eh_stream_close(&p->stream);
}

/* ---- One effect. */

static struct eh_notice effect_notice(const struct eh_effect *e, const struct eh_input *in,
                                      char inbox[NUMBER_MAX])
{
    size_t size = e->stream_ms || e->stream_no ? eh_format(inbox, NUMBER_MAX, "%llu-%llu",
                                                           big(e->stream_ms), big(e->stream_no))
                                               : 0;
    return (struct eh_notice){.type = e->type,
                              .seq = e->seq,
                              .source = e->source,
                              .id = e->id,
                              .team = e->team,
                              .rep = e->rep,
                              .was = e->was,
                              .why = e->why,
                              .at_ms = in->at_us / 1000,
                              .input = in->no,
                              .inbox = eh_str_n(inbox, size)};
}

/* The account of the notice's rep, as the entry has it. The log has none: the desk in force when
 * the entry was published gave it, which may be a later one than `desk`. */
static int notice_take_account(struct eh_published *p, struct eh_notice *notice, bool json,
                               const struct eh_desk *desk)
{
    if (notice->id.size == 0 || notice->rep.size == 0)
        return 0;
    eh_bytes_clear(&p->account);
    int r = eh_notice_account(p->entry.body, json, &p->account);
    notice->account = eh_str_n((const char *)p->account.data, p->account.size);
    struct eh_str given = desk ? eh_desk_account(desk, notice->rep, notice->source) : eh_str(NULL);
    p->accounts_other += notice->account.size > 0 && !eh_str_equal(notice->account, given);
    return r;
}

static int notice_write(struct eh_published *p, struct eh_notice *notice, bool json,
                        const struct eh_desk *desk)
{
    int r = notice_take_account(p, notice, json, desk);
    if (r < 0)
        return r;
    eh_bytes_clear(&p->scratch);
    return json ? eh_notice_to_json(notice, &p->scratch)
                : eh_notice_to_msgpack(notice, &p->scratch);
}

static int published_compare_entry(struct eh_published *p, const struct eh_effect *e,
                                   const struct eh_input *in, const struct eh_desk *desk,
                                   struct eh_error *error)
{
    char inbox[NUMBER_MAX];
    const struct eh_entry *entry = &p->entry;
    struct eh_notice notice = effect_notice(e, in, inbox);
    bool json = eh_str_equal(entry->field, eh_str("j"));
    if (!json && !eh_str_equal(entry->field, eh_str("m")))
        return entry_stray(entry->id, "its fields are not those of an entry", error);
    if (notice_write(p, &notice, json, desk) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    struct eh_str given = eh_str_n((const char *)p->scratch.data, p->scratch.size);
    p->compared++;
    if (eh_str_equal(entry->body, given))
        return 0;
    if (!json)
        return entry_stray(entry->id, "it says something else than the log gives", error);
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %.*s: says %.*s, the log gives %.*s",
                        EH_STR_ARG(entry->id), EH_STR_ARG(entry->body), EH_STR_ARG(given));
}

static int published_take_effect(struct eh_published *p, const struct eh_effect *e,
                                 const struct eh_input *in, const struct eh_desk *desk,
                                 bool compared, struct eh_error *error)
{
    if (p->next == 0) {
        p->unpublished++;
        return 0;
    }
    if (p->next > e->seq)
        return p->begun ? eh_error_set(error, EH_ECORRUPT,
                                       "outbox entry %llu-0: is missing, and entry %llu-0 is there",
                                       big(e->seq), big(p->next))
                        : 0;
    int r = compared ? published_compare_entry(p, e, in, desk, error) : 0;
    p->begun = true;
    return r < 0 ? r : published_advance(p, error);
}

int eh_published_compare(struct eh_published *p, const struct eh_input *in,
                         const struct eh_effects *effects, const struct eh_desk *desk,
                         bool compared, struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && p->stream.redis && i < effects->count; i++)
        r = published_take_effect(p, &effects->items[i], in, desk, compared, error);
    return r;
}

int eh_published_skip(struct eh_published *p, uint64_t seq, struct eh_error *error)
{
    int r = 0;
    while (r == 0 && p->stream.redis && p->next > 0 && p->next <= seq) {
        p->begun = true;
        r = published_advance(p, error);
    }
    return r;
}

int eh_published_end(struct eh_published *p, struct eh_error *error)
{
    if (!p->stream.redis || p->next == 0)
        return 0;
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %llu-0: the log has none of that number",
                        big(p->next));
}
