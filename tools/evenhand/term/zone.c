/* zone: time zones by TZ and the C library. */
#include "zone.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define MS          1000
#define DAY_S       86400

/* A desk's zone was checked before it was applied; what is read here may have been changed since.
 */
static bool zone_is_known(const char *name)
{
    char path[sizeof ZONE_FOLDER + 64];
    if (strcmp(name, "UTC") == 0)
        return true;
    eh_format(path, sizeof path, ZONE_FOLDER "%s", name);
    return name[0] != '/' && !strstr(name, "..") && access(path, R_OK) == 0;
}

int eh_zone_set(struct eh_zone *zone, struct eh_str name, struct eh_error *error)
{
    char text[sizeof zone->name];
    if (name.size > 0 && eh_str_equal(name, eh_str(zone->name)))
        return 0;
    eh_format(text, sizeof text, "%.*s", EH_STR_ARG(name));
    if (name.size == 0 || name.size >= sizeof text || !zone_is_known(text))
        return eh_error_set(error, EH_ENOTFOUND,
                            "the desk's time zone %.*s is not known here: install tzdata",
                            EH_STR_ARG(name));
    if (setenv("TZ", text, 1) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    tzset();
    memcpy(zone->name, text, sizeof text);
    return 0;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int32_t eh_zone_date(int64_t ms)
{
    time_t seconds = (time_t)floor_divide(ms, MS);
    struct tm local;
    eh_require(localtime_r(&seconds, &local) != NULL);
    struct tm midnight = {
        .tm_year = local.tm_year, .tm_mon = local.tm_mon, .tm_mday = local.tm_mday};
    return (int32_t)floor_divide((int64_t)timegm(&midnight), DAY_S);
}

int64_t eh_zone_offset_s(void *context, const char *time_zone, int64_t instant_s)
{
    time_t seconds = (time_t)instant_s;
    struct tm local;
    if (eh_zone_set(context, eh_str(time_zone), NULL) < 0)
        return 0;
    eh_require(localtime_r(&seconds, &local) != NULL);
    return local.tm_gmtoff;
}

int64_t eh_zone_us(int32_t date, int32_t second_of_day)
{
    int year, month, day;
    eh_date_split(date, &year, &month, &day);
    struct tm local = {.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_sec = second_of_day,
                       .tm_isdst = -1};
    return (int64_t)mktime(&local) * 1000000;
}
