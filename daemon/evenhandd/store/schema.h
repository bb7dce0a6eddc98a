/*
 * schema: the numbered migrations, embedded into the binary, and the version they lead to.
 *
 *     eh_schema_version();                          // what this binary needs
 *     r = eh_schema_migrate(conninfo, report, ctx, &error);   // evenhandd --migrate
 *     r = eh_schema_check(conninfo, &found, &error);          // before anything is written
 */
#ifndef EVENHAND_STORE_SCHEMA_H
#define EVENHAND_STORE_SCHEMA_H

#include <evenhand/base/base.h>

struct eh_migration {
    int version;
    const char *name;
    const char *sql;
};
/* Made from schema/NNNN_*.sql at build time; ends with version 0. */
extern const struct eh_migration eh_migrations[];

int eh_schema_version(void);

typedef void eh_schema_report_fn(void *context, int version, const char *name);
/* Applies what is missing, each in a transaction of its own, under a lock. -EH_EVERSION: the
 * database is newer. Blocks. */
int eh_schema_migrate(const char *conninfo, eh_schema_report_fn *, void *context,
                      struct eh_error *) EH_MUST_CHECK;
struct eh_schema_found {
    int version;              /* 0: a database without our schema */
    char desk[EH_ID_MAX + 1]; /* the one desk it holds; "" when there is none or more than one */
    char currency[4];
};
/* -EH_EUNAVAILABLE: no connection, or it broke, or no answer; try again. Blocks. */
int eh_schema_check(const char *conninfo, struct eh_schema_found *ret,
                    struct eh_error *) EH_MUST_CHECK;

#endif
