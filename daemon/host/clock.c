/* clock: the two clocks of the kernel made into one that only goes forward, and local civil dates.
 */
#include "host/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define DAY_S       86400
#define HOUR_S      3600
#define LIMIT_US    (EH_CLOCK_JUMP_S * INT64_C(1000000))

static int64_t read_us(clockid_t which)
{
    struct timespec now;
    eh_require(clock_gettime(which, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t eh_clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int eh_clock_init(struct eh_clock *clock, struct eh_error *error)
{
    int64_t wall_us = read_us(CLOCK_REALTIME);
    if (wall_us <= 0)
        return eh_error_set(error, EH_EINVAL, "the system clock is before 1970: set it");
    *clock = (struct eh_clock){.offset_us = wall_us - eh_clock_monotonic_us()};
    return eh_clock_set_zone(clock, eh_str("UTC"), error);
}

/* Whether the name stays inside the zone folder and has no character that a shell or TZ reads in
 * another way. */
static bool zone_name_valid(struct eh_str zone, size_t max)
{
    if (zone.size == 0 || zone.size > max || zone.data[0] == '/' || zone.data[0] == '.')
        return false;
    for (uint32_t i = 0; i < zone.size; i++) {
        char c = zone.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '+';
        bool slash = c == '/' && i + 1 < zone.size && zone.data[i + 1] != '/';
        if (!word && !slash)
            return false;
    }
    return true;
}

/* Whether there is a file of that name and it is a zone ("TZif"): the folder also has folders and
 * lists. */
static bool zone_exists(const char *name)
{
    char path[sizeof ZONE_FOLDER + 64], magic[4] = "";
    snprintf(path, sizeof path, ZONE_FOLDER "%s", name);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return is_zone;
}

int eh_clock_set_zone(struct eh_clock *clock, struct eh_str zone, struct eh_error *error)
{
    char name[sizeof clock->time_zone] = "";
    if (!zone_name_valid(zone, sizeof name - 1))
        return eh_error_set(error, EH_ENOTFOUND, "time_zone: `%.*s` is no name of a time zone",
                            EH_STR_ARG(zone));
    memcpy(name, zone.data, zone.size);
    if (strcmp(name, "UTC") != 0 && !zone_exists(name))
        return eh_error_set(error, EH_ENOTFOUND,
                            "time_zone: `%s` is not in " ZONE_FOLDER
                            ": write it like Europe/Oslo, or install tzdata",
                            name);
    if (setenv("TZ", name, 1) < 0)
        return eh_error_set(error, EH_ENOMEM, "time_zone: out of memory");
    tzset();
    memcpy(clock->time_zone, name, sizeof name);
    return 0;
}

/* Whether the name is no place's: a copy of another zone ("posix/", "posixrules"), one with leap
 * seconds ("right/"), this machine's own ("localtime"), or the one for no zone ("Factory"). */
static bool is_no_place(struct eh_str zone)
{
    static const char *const folders[] = {"posix/", "right/", "SystemV/"};
    static const char *const files[] = {"posixrules", "localtime", "Factory"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (eh_str_equal(eh_str(folders[i]), eh_str_cut(zone, strlen(folders[i]))))
            return true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (eh_str_equal(eh_str(files[i]), zone))
            return true;
    return false;
}

int eh_clock_set_new_zone(struct eh_clock *clock, struct eh_str zone, struct eh_error *error)
{
    if (is_no_place(zone))
        return eh_error_set(error, EH_ENOTFOUND,
                            "time_zone: `%.*s` is no time zone of a place: write it like "
                            "Europe/Oslo",
                            EH_STR_ARG(zone));
    return eh_clock_set_zone(clock, zone, error);
}

static int64_t no_less(struct eh_clock *clock, int64_t us)
{
    if (us > clock->last_us)
        clock->last_us = us;
    return clock->last_us;
}

void eh_clock_at_least(struct eh_clock *clock, int64_t us)
{
    int64_t behind_us = no_less(clock, us) - (eh_clock_monotonic_us() + clock->offset_us);
    if (behind_us > LIMIT_US)
        clock->offset_us += behind_us;
}

void eh_clock_take_wall(struct eh_clock *clock)
{
    clock->offset_us = read_us(CLOCK_REALTIME) - eh_clock_monotonic_us();
    clock->last_us = 0;
    clock->jumped = false;
    clock->jump_us = 0;
}

int64_t eh_clock_now_us(struct eh_clock *clock)
{
    int64_t monotonic_us = eh_clock_monotonic_us();
    int64_t wall_us = read_us(CLOCK_REALTIME);
    int64_t away_us = wall_us - (monotonic_us + clock->offset_us);
    clock->jumped = away_us > LIMIT_US || away_us < -LIMIT_US;
    clock->jump_us = clock->jumped ? away_us : 0;
    if (!clock->jumped)
        clock->offset_us += away_us;
    return no_less(clock, monotonic_us + clock->offset_us);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct tm local_time(int64_t us)
{
    time_t seconds = (time_t)floor_divide(us, 1000000);
    struct tm local;
    eh_require(localtime_r(&seconds, &local) != NULL);
    return local;
}

int32_t eh_clock_date(const struct eh_clock *clock, int64_t us)
{
    (void)clock; /* the zone is the process's, by TZ */
    struct tm local = local_time(us);
    struct tm midnight = {
        .tm_year = local.tm_year, .tm_mon = local.tm_mon, .tm_mday = local.tm_mday};
    return (int32_t)floor_divide((int64_t)timegm(&midnight), DAY_S);
}

static void use_zone(const char *name)
{
    eh_require(setenv("TZ", name, 1) == 0);
    tzset();
}

int32_t eh_clock_date_in(const struct eh_clock *clock, struct eh_str zone, int64_t us)
{
    char name[sizeof clock->time_zone];
    if (eh_str_equal(zone, eh_str(clock->time_zone)) || zone.size >= sizeof name)
        return eh_clock_date(clock, us);
    eh_format(name, sizeof name, "%.*s", EH_STR_ARG(zone));
    use_zone(name);
    int32_t date = eh_clock_date(clock, us);
    use_zone(clock->time_zone);
    return date;
}

/* The seconds since the local hour began and those since UTC's did are apart by so much. */
static int64_t local_hour_s(int64_t us)
{
    struct tm local = local_time(us);
    int64_t into_s = local.tm_min * 60 + local.tm_sec;
    int64_t apart_s = (floor_divide(us, 1000000) - into_s) % HOUR_S;
    return apart_s < 0 ? apart_s + HOUR_S : apart_s;
}

int64_t eh_clock_hour_s(const struct eh_clock *clock, struct eh_str zone, int64_t us)
{
    char name[sizeof clock->time_zone];
    if (eh_str_equal(zone, eh_str(clock->time_zone)) || zone.size >= sizeof name)
        return local_hour_s(us);
    eh_format(name, sizeof name, "%.*s", EH_STR_ARG(zone));
    use_zone(name);
    int64_t begins_s = local_hour_s(us);
    use_zone(clock->time_zone);
    return begins_s;
}

/* mktime finds local midnight also where a day has 23 or 25 hours. Where it does not exist, or the
 * answer lies in the old day, the first second of the new date is found by halving. */
int64_t eh_clock_next_day_us(const struct eh_clock *clock, int64_t us)
{
    int32_t today = eh_clock_date(clock, us);
    struct tm local = local_time(us);
    struct tm midnight = {.tm_year = local.tm_year,
                          .tm_mon = local.tm_mon,
                          .tm_mday = local.tm_mday + 1,
                          .tm_isdst = -1};
    int64_t next_s = (int64_t)mktime(&midnight);
    if (next_s > us / 1000000 && eh_clock_date(clock, next_s * 1000000) > today &&
        eh_clock_date(clock, next_s * 1000000 - 1) == today)
        return next_s * 1000000;
    int64_t low_s = floor_divide(us, 1000000), high_s = low_s + 2 * DAY_S;
    while (high_s - low_s > 1) {
        int64_t middle_s = low_s + (high_s - low_s) / 2;
        if (eh_clock_date(clock, middle_s * 1000000) > today)
            high_s = middle_s;
        else
            low_s = middle_s;
    }
    return high_s * 1000000;
}

/* Begins at a moment that is before the day in every zone, and goes on day by day. */
int64_t eh_clock_day_us(const struct eh_clock *clock, int32_t date)
{
    int64_t us = ((int64_t)date * DAY_S - 15 * 3600) * 1000000; /* no zone is so far ahead */
    while (eh_clock_date(clock, us) < date)
        us = eh_clock_next_day_us(clock, us);
    return us;
}
