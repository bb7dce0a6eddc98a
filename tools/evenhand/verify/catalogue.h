/*
 * catalogue: whether the schema in a database is that which the migrations make: their own
 * rows, every table, column, constraint, index, trigger, view, function and right; and whether
 * every row is of the one desk.
 *
 *     struct eh_catalogue_found found = {0};
 *     r = eh_catalogue_check(log, &found, &error);   // "trigger dead.dead_insert_only: is missing"
 *
 * What is missing or another is -EH_ECORRUPT. What is there beside it can hide or falsify nothing,
 * and is named in `found`; but for triggers, rules, columns and the like, which can.
 */
#ifndef EVENHAND_TOOLS_VERIFY_CATALOGUE_H
#define EVENHAND_TOOLS_VERIFY_CATALOGUE_H

#include "log/log.h"

#define EH_CATALOGUE_TEXT_MAX 200 /* bytes of what is named of that which is there beside it */

struct eh_catalogue_object {
    const char *object, *definition;
};
struct eh_catalogue_migration {
    int version;
    const char *name;
};
/* Made from daemon/evenhandd/store/schema at build time; each ends with NULL. */
extern const char eh_catalogue_query[];
extern const int eh_catalogue_server; /* major version of the PostgreSQL the listing is of */
extern const struct eh_catalogue_object eh_catalogue[];
extern const struct eh_catalogue_migration eh_catalogue_migrations[];

struct eh_catalogue_found {
    bool compared; /* false: another PostgreSQL writes definitions in another way */
    uint32_t beside;
    char names[EH_CATALOGUE_TEXT_MAX]; /* the first of them */
};

int eh_catalogue_check(struct eh_cli_log *, struct eh_catalogue_found *ret,
                       struct eh_error *) EH_MUST_CHECK;

#endif
