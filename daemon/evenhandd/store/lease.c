/*
 * lease: who may write. One daemon leads a desk; others stand by.
 *
 * A look reads schema and settings, an advisory lock, which goes with its session, and the
 * heartbeat. A daemon that starts and finds the lock free takes the next epoch at once, which
 * fences the leader of the epoch before. A daemon that has led or stood by, and comes back to
 * another's heartbeat, stands by: a new leader may not have the lock yet. A standby waits until the
 * heartbeat stands still: some seconds when the lock is free (the leader was killed), more when it
 * is not (the leader hangs). A leader that ends well says so and is followed at the next look.
 * Epoch and head decide; lock and heartbeat only keep daemons from quarrelling.
 */
#include "store/private.h"

#include "host/log.h"
#include "store/schema.h"

static void look_again_in(struct eh_store *s, int seconds);

static void on_head(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result || s->state != STORE_TAKING)
        return;
    if (store_failed(s, result) || PQntuples(result) != 1) {
        store_lost(s, s->error[0] ? s->error : "postgres: the desk has no head row");
        return;
    }
    struct eh_head *h = &s->head;
    h->input = (uint64_t)eh_pg_int(result, 0, 0);
    h->seq = (uint64_t)eh_pg_int(result, 0, 1);
    h->at_us = eh_pg_int(result, 0, 2);
    h->dead = (uint64_t)eh_pg_int(result, 0, 3);
    h->high = store_stream_id(result, 0, 4);
    h->low = store_stream_id(result, 0, 6);
    h->digest = eh_key_from_bytes((const uint8_t *)eh_pg_text(result, 0, 8).data);
    struct eh_str chain = eh_pg_text(result, 0, 9);
    if (chain.size != EH_CHAIN_BYTES) {
        s->callbacks->on_fatal(s->context, 1, "postgres: head.chain is not 32 bytes");
        return;
    }
    memcpy(h->chain.hash, chain.data, EH_CHAIN_BYTES);
    h->state = (int)eh_pg_int(result, 0, 10);
    h->server_us = eh_pg_int(result, 0, 11);
    h->dead_letters = (uint64_t)eh_pg_int(result, 0, 12);
    s->state = STORE_LEADING;
    s->met = true;
    s->beat_answered = true;
    look_again_in(s, EH_HEARTBEAT_S);
    s->callbacks->on_leading(s->context, h);
}

static void on_taken(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result || s->state != STORE_TAKING)
        return;
    if (store_failed(s, result) || PQntuples(result) != 1) {
        store_lost(s, s->error[0] ? s->error : "postgres: the desk has no lease row");
        return;
    }
    s->head.desk = (int16_t)eh_pg_int(result, 0, 0);
    s->head.epoch = (uint64_t)eh_pg_int(result, 0, 1);
}

static void on_step(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (result && s->state == STORE_TAKING && store_failed(s, result))
        store_lost(s, s->error);
}

static void take(struct eh_store *s)
{
    const char *desk[2] = {s->desk_name, s->currency};
    const char *host[2] = {s->desk_name, s->host};
    const int desk_lengths[2] = {(int)strlen(desk[0]), (int)strlen(desk[1])};
    const int host_lengths[2] = {(int)strlen(host[0]), (int)strlen(host[1])};
    s->state = STORE_TAKING;
    s->error[0] = 0;
    /* The head is read in a transaction of its own: only after the epoch is committed. */
    if (eh_pg_send(s->write, &(struct eh_pg_query){"lease_desk", 2, desk, desk_lengths}, on_step,
                   s) < 0 ||
        eh_pg_send(s->write, &(struct eh_pg_query){"lease_rows", 1, desk, desk_lengths}, on_step,
                   s) < 0 ||
        eh_pg_send(s->write, &(struct eh_pg_query){"lease_take", 1, desk, desk_lengths}, on_taken,
                   s) < 0 ||
        eh_pg_send(s->write, &(struct eh_pg_query){"heartbeat_take", 2, host, host_lengths},
                   on_step, s) < 0 ||
        eh_pg_sync(s->write) < 0 ||
        eh_pg_send(s->write, &(struct eh_pg_query){"head_read", 1, desk, desk_lengths}, on_head,
                   s) < 0 ||
        eh_pg_sync(s->write) < 0)
        store_lost(s, "postgres: the lease could not be asked for");
}

static void stand_by(struct eh_store *s, int64_t beat, bool locked)
{
    bool first = s->state != STORE_STANDBY;
    s->beat_stands = !first && beat == s->seen_beat ? s->beat_stands + 1 : 0;
    s->seen_beat = beat;
    s->state = STORE_STANDBY;
    s->met = true;
    if (s->beat_stands >= (locked ? EH_TAKEOVER_FREE_LOOKS : EH_TAKEOVER_LOOKS)) {
        eh_log(EH_LOG_WARNING, "the leader's heartbeat stands still: taking over");
        take(s);
        return;
    }
    /* A standby gives the lock back: the leader's heartbeat takes it as soon as it is free. */
    if (locked && (eh_pg_send(s->write, &(struct eh_pg_query){.statement = "lock_end"},
                              store_statement_done, s) < 0 ||
                   eh_pg_sync(s->write) < 0)) {
        store_lost(s, "postgres: the lock could not be given back");
        return;
    }
    look_again_in(s, 1);
    if (first)
        s->callbacks->on_standby(s->context);
}

/* Refuses another schema, and a server whose settings may lose what it committed. */
static bool settings_good(struct eh_store *s, const PGresult *result)
{
    int version = (int)eh_pg_int(result, 0, 0);
    char why[EH_ERROR_TEXT_MAX] = "";
    if (version != eh_schema_version())
        eh_format(why, sizeof why, "postgres: schema version %d, this evenhandd needs %d; %s",
                  version, eh_schema_version(),
                  version < eh_schema_version() ? "run evenhandd --migrate"
                                                : "use the evenhandd that made it");
    else if (!eh_pg_int(result, 0, 1))
        eh_format(why, sizeof why,
                  "postgres: fsync, full_page_writes and synchronous_commit must be on");
    if (why[0]) {
        s->callbacks->on_fatal(s->context, EH_EXIT_CONFIG, why);
        return false;
    }
    s->head.schema = version;
    if (eh_pg_int(result, 0, 2)) {
        store_lost(s, "postgres: this server is a replica; connect to the primary");
        return false;
    }
    return true;
}

static void on_look(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result || (s->state != STORE_LOOKING && s->state != STORE_STANDBY))
        return;
    if (store_failed(s, result)) {
        store_lost(s, s->error);
        return;
    }
    if (!settings_good(s, result))
        return;
    bool locked = eh_pg_int(result, 0, 3) != 0;
    bool free = eh_pg_int(result, 0, 5) !=
                0; /* nobody leads, the leader ended well, or the lease is our own from before */
    s->locked = locked;
    if (free || (locked && !s->met))
        take(s);
    else
        stand_by(s, eh_pg_int(result, 0, 4), locked);
}

void store_lease_look(struct eh_store *s)
{
    const char *values[2] = {s->desk_name, s->host};
    const int lengths[2] = {(int)strlen(values[0]), (int)strlen(values[1])};
    if (s->state == STORE_DOWN)
        s->state = STORE_LOOKING;
    if (eh_pg_send(s->write, &(struct eh_pg_query){"lease_look", 2, values, lengths}, on_look, s) <
            0 ||
        eh_pg_sync(s->write) < 0)
        store_lost(s, "postgres: the lease could not be looked at");
}

static void on_heartbeat(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result || !store_leads(s))
        return;
    s->beat_answered = true;
    if (store_failed(s, result) && store_in_refused(result))
        return; /* it was sent behind a transaction that was refused: only the next one counts */
    if (store_failed(s, result))
        store_lost(s, s->error);
    else if (PQntuples(result) == 0)
        store_lost(s, "another evenhandd has taken over this desk");
    else {
        s->locked = eh_pg_int(result, 0, 0) != 0;
        s->head.schema = (int)eh_pg_int(result, 0, 1);
    }
}

static void heartbeat(struct eh_store *s)
{
    look_again_in(s, EH_HEARTBEAT_S);
    if (!s->beat_answered)
        return;
    char desk[2], epoch[8], locked[2];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    eh_pg_put16(locked, s->locked);
    const char *values[4] = {desk, epoch, locked, s->desk_name};
    const int lengths[4] = {2, 8, 2, (int)strlen(s->desk_name)};
    s->beat_answered = false;
    if (eh_pg_send(s->write, &(struct eh_pg_query){"heartbeat", 4, values, lengths}, on_heartbeat,
                   s) < 0 ||
        eh_pg_sync(s->write) < 0)
        store_lost(s, "postgres: the heartbeat could not be sent");
}

static void on_beat(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_store *s = context;
    if (store_leads(s))
        heartbeat(s);
    else if (s->state == STORE_STANDBY)
        store_lease_look(s);
}

static void look_again_in(struct eh_store *s, int seconds)
{
    struct timeval wait = {seconds, 0};
    if (!s->beat)
        s->beat = evtimer_new(s->base, on_beat, s);
    if (s->beat)
        event_add(s->beat, &wait);
}

static void on_released(void *context, PGresult *result)
{
    struct eh_store *s = context;
    (void)result;
    s->releasing = false;
}

void eh_store_release(struct eh_store *s)
{
    char desk[2], epoch[8];
    if (s->state != STORE_LEADING)
        return;
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    const char *values[2] = {desk, epoch};
    const int lengths[2] = {2, 8};
    if (eh_pg_send(s->write, &(struct eh_pg_query){"heartbeat_end", 2, values, lengths},
                   on_released, s) == 0 &&
        eh_pg_sync(s->write) == 0)
        s->releasing = true;
}

bool eh_store_releasing(const struct eh_store *s)
{
    return s->state == STORE_LEADING && s->releasing;
}
