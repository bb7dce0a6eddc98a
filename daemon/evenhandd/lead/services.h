/*
 * services: what the files of a leader use and none of them owns: life.c makes it, before anything
 * else of the app, and takes it down, after it.
 */
#ifndef EVENHAND_LEAD_SERVICES_H
#define EVENHAND_LEAD_SERVICES_H

#include "host/clock.h"
#include "inbox/inbox.h"
#include "lead/app.h"
#include "lead/keys.h"
#include "outbox/outbox.h"
#include "redis/link.h"
#include "store/store.h"

struct eh_services {
    struct event_base *base;
    const struct eh_config *config;
    char desk_id[EH_ID_MAX + 1];
    struct eh_clock clock;
    struct eh_keys keys; /* master key and the seed of the epoch in use */
    struct eh_draws draws;
    struct eh_store *store;
    struct eh_pg *reader;
    struct eh_redis_link *writes;
    struct eh_inbox *inbox;
    struct eh_outbox *outbox;
    void (*ask_stop)(void *life); /* a clean stop begins before the next input */
    void *life;
};

#endif
