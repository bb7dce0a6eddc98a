/*
 * catalogue: checks that the schema of a database is the one that the migrations make: their own
 * rows, every table, column, constraint, index, trigger, view, function and right; and that every
 * row belongs to the one desk.
 *
 *     struct eh_catalogue_found found = {0};
 *     r = eh_catalogue_check(log, &found, &error);   // "trigger dead.dead_insert_only: is missing"
 *
 * An object that is missing or differs is -EH_ECORRUPT, and so is an additional trigger, rule,
 * column or the like, which could hide or falsify rows. Other additional objects could not, and are
 * named in `found`.
 */
#ifndef EVENHAND_TOOLS_VERIFY_CATALOGUE_H
#define EVENHAND_TOOLS_VERIFY_CATALOGUE_H

#include "log/log.h"

#define EH_CATALOGUE_TEXT_MAX 200 /* bytes of the names of additional objects */

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
