/*
 * error: how every function of libevenhand says that something went wrong.
 *
 * A function that can fail returns 0 (or a count) or a negative `-EH_E…`. Where a sentence helps,
 * its last parameter is an optional `struct eh_error *`: it is written only on failure and says
 * what, where and, if possible, what to do. Outputs (`ret_…`) are untouched on failure.
 *
 *     struct eh_error error = {0};
 *     int r = eh_desk_parse(text, &arena, &desk, &error);
 *     if (r < 0)
 *         log_error("desk.yaml:%s", error.text);   // "14: reps[2].share: 1.5 is above 1.0"
 */
#ifndef EVENHAND_BASE_ERROR_H
#define EVENHAND_BASE_ERROR_H

/* Functions declared between these two have C linkage in C++. */
#ifdef __cplusplus
#define EH_C_BEGIN                    extern "C" {
#define EH_C_END                      }
#define EH_NORETURN                   [[noreturn]]
#define EH_STATIC_ASSERT(truth, told) static_assert(truth, told)
#else
#define EH_C_BEGIN
#define EH_C_END
#define EH_NORETURN                   _Noreturn
#define EH_STATIC_ASSERT(truth, told) _Static_assert(truth, told)
#endif

EH_C_BEGIN

enum eh_code {
    EH_EINVAL = 1,  /* a value that is never allowed here */
    EH_ERANGE,      /* outside its named bounds, or an overflow */
    EH_EFULL,       /* a named capacity is reached */
    EH_ENOMEM,      /* memory ran out */
    EH_EPARSE,      /* bytes that are not of the expected form */
    EH_ENOTFOUND,   /* the thing that was named is not there */
    EH_ECONFLICT,   /* it contradicts what is there already */
    EH_EDENIED,     /* not allowed to this caller */
    EH_ECORRUPT,    /* stored state that does not fit together */
    EH_EVERSION,    /* made by another version */
    EH_EUNAVAILABLE /* a server is not there just now */
};

#define EH_ERROR_TEXT_MAX 320 /* bytes with the terminator; longer sentences are cut */

struct eh_error {
    int code;                     /* an enum eh_code, 0 when there was no error */
    char field[64];               /* the field the error is about, or "" */
    char text[EH_ERROR_TEXT_MAX]; /* one line without a newline */
};

#define EH_MUST_CHECK                 __attribute__((warn_unused_result))
#define EH_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

/* Fills *error (NULL allowed) and returns -code. The formats are those of eh_format(). */
int eh_error_set(struct eh_error *error, int code, const char *format, ...) EH_PRINTF(3, 4);

/* The same, and says which field of a message or file it is about. */
int eh_error_field(struct eh_error *error, int code, const char *field, const char *format, ...)
    EH_PRINTF(4, 5);

/* A short English name of a code ("not found"); takes it positive or negative. */
const char *eh_code_name(int code);

/* Ends the process when the condition is false: going on would do harm. Every build has it. */
#define eh_require(condition)                                                                      \
    ((condition) ? (void)0 : eh_require_failed(#condition, __FILE__, __LINE__))
#ifdef NDEBUG
#define eh_assert(condition) ((void)0)
#else
#define eh_assert(condition) eh_require(condition)
#endif
EH_NORETURN void eh_require_failed(const char *condition, const char *file, int line);

/* EH_AUTO(eh_arena) struct eh_arena a: runs eh_arena_done(&a) when a leaves its scope. */
#define EH_AUTO(type) __attribute__((cleanup(type##_done)))

EH_C_END

#endif
