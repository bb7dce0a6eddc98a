/*
 * tables: compares the rows of dead letters, personal text and the ledger with those that the log
 * gives, in the order of the inputs.
 */
#include "log/tables.h"
#include "private.h"

/* The daemon writes so many members with one statement, so all of them have a row or none. */
#define ROUND_MEMBERS 2000

const char *const eh_proof_tables[EH_PROOF_TABLES] = {"dead", "dead_body", "personal", "snapshot"};

/* ---- Dead letters. */

static int dead_wrong(uint64_t input, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "dead letter of input %llu: %s", big(input), what);
}

static bool has_dead(const struct eh_replay *replay)
{
    const struct eh_effects *fx = &replay->effects;
    return fx->refused && (replay->in.origin == EH_ORIGIN_STREAM || fx->dead.size > 0);
}

/* Whether the letter's bytes are in dead_body: those of an entry are. */
static bool has_body(const struct eh_replay *replay)
{
    return has_dead(replay) && replay->in.origin == EH_ORIGIN_STREAM;
}

/* "ms-no", or nothing. */
static size_t print_id(uint64_t ms, uint64_t no, char *ret, size_t size)
{
    return ms || no ? eh_format(ret, size, "%llu-%llu", big(ms), big(no)) : 0;
}

static bool dead_id_fits(const struct eh_replay *replay, const struct eh_dead_row *row)
{
    char id[48];
    const struct eh_effects *fx = &replay->effects;
    bool own = replay->in.origin == EH_ORIGIN_STREAM; /* not that of an input which waited */
    size_t size = own ? print_id(replay->in.stream_ms, replay->in.stream_no, id, sizeof id)
                      : print_id(fx->dead_stream_ms, fx->dead_stream_no, id, sizeof id);
    return row->has_stream_id == (size > 0) && eh_str_equal(row->stream_id, eh_str_n(id, size));
}

static int compare_dead(struct eh_proof *p, const struct eh_dead_row *row, struct eh_error *error)
{
    const struct eh_replay *replay = p->replay;
    if (row->has_body == has_body(replay) ||
        !eh_str_equal(row->body, has_body(replay) ? eh_str(NULL) : replay->effects.dead))
        return dead_wrong(row->input, "its body is not what the log gives", error);
    if (!dead_id_fits(replay, row))
        return dead_wrong(row->input, "its stream_id is not that of the input", error);
    if (!has_body(replay) && row->size != replay->effects.dead.size)
        return dead_wrong(row->input, "its size is not that of its body", error);
    if (!eh_str_equal(row->reason, replay->effects.reason))
        return eh_error_set(error, EH_ECORRUPT,
                            "dead letter of input %llu: recorded reason %.*s, the log gives %.*s",
                            big(row->input), EH_STR_ARG(row->reason),
                            EH_STR_ARG(replay->effects.reason));
    p->dead_size = row->size;
    return 0;
}

static int compare_dead_letters(struct eh_proof *p, bool compared, struct eh_error *error)
{
    const struct eh_replay *replay = p->replay;
    struct eh_dead_row row;
    bool reads = p->counts.reads[EH_PROOF_DEAD], wanted = has_dead(replay), found = false;
    int r = 0;
    while (reads && (r = eh_cli_log_next_dead(replay->log, replay->in.no, &row, error)) > 0) {
        if (!compared)
            continue;
        if (!wanted || row.input != replay->in.no)
            return dead_wrong(row.input, "the log gives none", error);
        found = true;
        r = compare_dead(p, &row, error);
        if (r < 0)
            return r;
    }
    if (wanted)
        p->dead = replay->in.no;
    if (r == 0 && reads && wanted && !found && compared)
        return dead_wrong(replay->in.no, "is missing", error);
    return r;
}

/* ---- Their bodies; one that is gone was erased. */

static int body_wrong(uint64_t input, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "body of dead letter of input %llu: %s", big(input),
                        what);
}

static bool body_fits(const struct eh_replay *replay, const struct eh_body_row *row)
{
    const struct eh_input *in = &replay->in;
    struct eh_key identity = row->has_salt
                                 ? eh_entry_identity_salted((const uint8_t *)row->salt.data,
                                                            in->stream_ms, in->stream_no, row->body)
                                 : eh_entry_identity(in->stream_ms, in->stream_no, row->body);
    return eh_key_equal(replay->row.record.identity, identity);
}

/* The identity of a body that was not kept cannot be computed. */
static int compare_body(struct eh_proof *p, const struct eh_body_row *row, struct eh_error *error)
{
    if (row->has_salt && row->salt.size != EH_SALT_BYTES)
        return body_wrong(row->input, "its salt is none", error);
    if (!row->has_body) {
        p->counts.bodyless++;
        return 0;
    }
    if (!body_fits(p->replay, row))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu and the body of its dead letter: its identity was not made "
                            "of that body; one of the two was changed",
                            big(row->input));
    if (p->counts.reads[EH_PROOF_DEAD] && row->body.size != p->dead_size)
        return dead_wrong(row->input, "its size is not that of its body", error);
    return 0;
}

static int compare_bodies(struct eh_proof *p, bool compared, struct eh_error *error)
{
    const struct eh_replay *replay = p->replay;
    struct eh_body_row row;
    bool reads = p->counts.reads[EH_PROOF_BODY], wanted = has_body(replay), found = false;
    int r = 0;
    while (reads && (r = eh_cli_log_next_body(replay->log, replay->in.no, &row, error)) > 0) {
        if (!compared)
            continue;
        if (!wanted || row.input != replay->in.no)
            return body_wrong(row.input, "the log gives none", error);
        found = true;
        r = compare_body(p, &row, error);
        if (r < 0)
            return r;
    }
    p->counts.erased_bodies += reads && compared && wanted && !found;
    return r;
}

/* ---- Personal text: a text that is gone was erased; one that is there has to fit its digest. */

static int personal_wrong(uint64_t input, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "personal text of input %llu: %s", big(input), what);
}

struct text {
    struct eh_str text, salt;
    bool there, has_salt;
    bool wanted; /* the log has its digest ... */
    const uint8_t *digest;
};

static bool text_fits(const struct text *t)
{
    uint8_t made[16];
    if (!t->there)
        return !t->has_salt;
    if (!t->wanted || (t->has_salt && t->salt.size != EH_SALT_BYTES))
        return false;
    eh_key_bytes(t->has_salt ? eh_hash_salted(EH_DOMAIN_SALTED, (const uint8_t *)t->salt.data,
                                              t->text.data, t->text.size)
                             : eh_hash_128(EH_DOMAIN_PERSONAL, t->text.data, t->text.size),
                 made);
    return memcmp(made, t->digest, sizeof made) == 0;
}

static int compare_personal(const struct eh_input *in, const struct eh_personal_row *row,
                            struct eh_error *error)
{
    const struct text customer = {row->customer,
                                  row->customer_salt,
                                  row->has_customer,
                                  row->has_customer_salt,
                                  eh_message_has(&in->message, EH_FIELD_CUSTOMER_DIGEST),
                                  in->customer_digest};
    const struct text subject = {row->subject,
                                 row->subject_salt,
                                 row->has_subject,
                                 row->has_subject_salt,
                                 eh_message_has(&in->message, EH_FIELD_SUBJECT_DIGEST),
                                 in->subject_digest};
    const struct text reason = {row->reason,
                                row->reason_salt,
                                row->has_reason,
                                row->has_reason_salt,
                                eh_message_has(&in->message, EH_FIELD_REASON_DIGEST),
                                in->reason_digest};
    if (!text_fits(&customer))
        return personal_wrong(row->input, "its customer is not who the log says", error);
    if (!text_fits(&subject))
        return personal_wrong(row->input, "its subject is not what the log says", error);
    if (!text_fits(&reason) || row->has_reason != row->has_reason_salt)
        return personal_wrong(row->input, "its reason is not what the log says", error);
    return 0;
}

static bool has_personal(const struct eh_replay *replay)
{
    const struct eh_message *m = &replay->in.message;
    return !replay->effects.refused && (eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) ||
                                        eh_message_has(m, EH_FIELD_SUBJECT_DIGEST) ||
                                        eh_message_has(m, EH_FIELD_REASON_DIGEST));
}

static int compare_personals(struct eh_proof *p, bool compared, struct eh_error *error)
{
    const struct eh_replay *replay = p->replay;
    struct eh_personal_row row;
    bool reads = p->counts.reads[EH_PROOF_PERSONAL], wanted = has_personal(replay), found = false;
    int r = 0;
    while (reads && (r = eh_cli_log_next_personal(replay->log, replay->in.no, &row, error)) > 0) {
        if (!compared)
            continue;
        if (!wanted || row.input != replay->in.no)
            return personal_wrong(row.input, "the log has none", error);
        found = true;
        r = compare_personal(&replay->in, &row, error);
        if (r < 0)
            return r;
    }
    p->counts.erased += reads && compared && wanted && !found;
    return r;
}

/* ---- The ledger: each row as of its input, and all of them as of the last round. */

static int ledger_wrong(const struct eh_ledger_row *row, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "ledger of %.*s in %.*s: as of input %llu %s",
                        EH_STR_ARG(row->rep), EH_STR_ARG(row->team), big(row->input), what);
}

static int compare_figures(const struct eh_ledger_row *row, const struct eh_member_view *member,
                           uint64_t input, struct eh_error *error)
{
    const struct {
        const char *name;
        int64_t found, wanted;
    } figures[] = {
        {"entitled", row->entitled, member->entitled_nano},
        {"entitled_value", row->entitled_value, member->entitled_value},
        {"received", row->received, (int64_t)member->received},
        {"received_value", row->received_value, member->received_value},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i].found != figures[i].wanted)
            return eh_error_set(
                error, EH_ECORRUPT,
                "ledger of %.*s in %.*s: recorded %s %lld, as of input %llu the log "
                "gives %lld",
                EH_STR_ARG(row->rep), EH_STR_ARG(row->team), figures[i].name,
                (long long)figures[i].found, big(input), (long long)figures[i].wanted);
    return 0;
}

static int compare_ledger_row(const struct eh_replay *replay, const struct eh_ledger_row *row,
                              struct eh_error *error)
{
    struct eh_member_view member;
    if (row->input != replay->in.no)
        return ledger_wrong(row, "there is no such input", error);
    if (!eh_engine_member_of(replay->engine, row->team, row->rep, &member))
        return ledger_wrong(row, "the log has no such member", error);
    return compare_figures(row, &member, row->input, error);
}

/* Compares the row of a member. Members come in the order of teams and reps; rows of reps who are
 * not members any more, or not yet, are passed over. */
static int compare_member(struct eh_proof *p, struct eh_str team,
                          const struct eh_member_view *member, struct eh_ledger_row *row,
                          int *there, struct eh_error *error)
{
    for (;; *there = eh_cli_log_next_member(p->replay->log, row, error)) {
        if (*there < 0)
            return *there;
        int order = *there ? eh_str_compare(row->team, team) : 1;
        if (order == 0)
            order = eh_str_compare(row->rep, member->rep);
        if (order == 0)
            return compare_figures(row, member, p->ledger_end, error);
        if (order > 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "ledger of %.*s in %.*s: the row is missing, which was there as of "
                                "input %llu",
                                EH_STR_ARG(member->rep), EH_STR_ARG(team), big(p->ledger_end));
    }
}

static uint64_t count_members(const struct eh_engine *engine, const struct eh_desk *desk)
{
    struct eh_team_view view;
    uint64_t count = 0;
    for (uint32_t t = 0; t < desk->team_count; t++)
        if (eh_engine_team(engine, desk->teams[t].id, &view))
            count += view.member_count;
    return count;
}

static int compare_round(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_engine *engine = p->replay->engine;
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_ledger_row row = {0};
    struct eh_member_view member;
    if (!desk || count_members(engine, desk) > ROUND_MEMBERS)
        return 0;
    int there = eh_cli_log_next_member(p->replay->log, &row, error);
    int r = there < 0 ? there : 0;
    for (uint32_t t = 0; r == 0 && t < desk->team_count; t++)
        for (uint32_t m = 0; r == 0 && eh_engine_member(engine, desk->teams[t].id, m, &member); m++)
            r = compare_member(p, desk->teams[t].id, &member, &row, &there, error);
    p->counts.ledger_whole = r == 0;
    return r;
}

static int compare_ledger(struct eh_proof *p, bool compared, struct eh_error *error)
{
    struct eh_ledger_row row;
    int r;
    while ((r = eh_cli_log_next_ledger(p->replay->log, p->replay->in.no, &row, error)) > 0) {
        r = compared ? compare_ledger_row(p->replay, &row, error) : 0;
        if (r < 0)
            return r;
    }
    if (r == 0 && compared && p->replay->in.no == p->ledger_end)
        r = compare_round(p, error);
    return r;
}

/* ---- All of them. */

int proof_tables_open(struct eh_proof *p, struct eh_error *error)
{
    int r = 0;
    for (int i = 0; r == 0 && i < EH_PROOF_TABLES; i++)
        r = eh_cli_log_may_read(p->replay->log, eh_proof_tables[i], &p->counts.reads[i], error);
    if (r == 0)
        r = eh_cli_log_ledger_end(p->replay->log, &p->ledger_end, error);
    p->counts.ledger_end = p->ledger_end;
    return r;
}

int proof_compare_tables(struct eh_proof *p, bool compared, struct eh_error *error)
{
    int r = compare_dead_letters(p, compared, error);
    if (r == 0)
        r = compare_bodies(p, compared, error);
    if (r == 0)
        r = compare_personals(p, compared, error);
    if (r == 0)
        r = proof_compare_books(p, compared, error);
    return r < 0 ? r : compare_ledger(p, compared, error);
}

/* After the last input: a row that is left belongs to no input. */
int proof_tables_end(struct eh_proof *p, struct eh_error *error)
{
    struct eh_dead_row dead;
    struct eh_body_row body;
    struct eh_personal_row personal;
    struct eh_ledger_row ledger;
    int r = 0;
    if (p->counts.reads[EH_PROOF_DEAD])
        r = eh_cli_log_next_dead(p->replay->log, UINT64_MAX, &dead, error);
    if (r > 0)
        return dead_wrong(dead.input, "there is no such input", error);
    if (r == 0 && p->counts.reads[EH_PROOF_BODY])
        r = eh_cli_log_next_body(p->replay->log, UINT64_MAX, &body, error);
    if (r > 0)
        return body_wrong(body.input, "there is no such input", error);
    if (r == 0 && p->counts.reads[EH_PROOF_PERSONAL])
        r = eh_cli_log_next_personal(p->replay->log, UINT64_MAX, &personal, error);
    if (r > 0)
        return personal_wrong(personal.input, "there is no such input", error);
    if (r == 0)
        r = eh_cli_log_next_ledger(p->replay->log, UINT64_MAX, &ledger, error);
    if (r > 0)
        return ledger_wrong(&ledger, "there is no such input", error);
    return r < 0 ? r : proof_books_end(p, error);
}
