/* "!!timestamp": a date, or a date and a time in some zone, as the moment in UTC. Without the tag a
 * date stays the text that it is, as Spring Boot has it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cr_number.h"
#include "cr_yaml_scalar_private.h"

/* Java spells years of five digits with a sign, and reckons by the Julian calendar before 1582,
 * which shows only where a day runs over the end of some Februaries: neither is worth it. */
enum { YEAR_MIN = 1, YEAR_MAX = 9999 };

struct scan {
    struct cr_slice rest;
    bool failed;
};

static bool take(struct scan *s, const char *any)
{
    bool there = s->rest.len > 0 && s->rest.ptr[0] && strchr(any, s->rest.ptr[0]);
    if (there)
        s->rest = cr_slice_from(s->rest, 1);
    return there;
}

static void expect(struct scan *s, const char *any)
{
    if (!take(s, any))
        s->failed = true;
}

static bool is_digit(const struct scan *s)
{
    return s->rest.len > 0 && s->rest.ptr[0] >= '0' && s->rest.ptr[0] <= '9';
}

static int64_t number(struct scan *s, int least, int most)
{
    int64_t value = 0;
    int count = 0;
    for (; count < most && is_digit(s); count++) {
        value = value * 10 + (s->rest.ptr[0] - '0');
        s->rest = cr_slice_from(s->rest, 1);
    }
    if (count < least)
        s->failed = true;
    return value;
}

static bool skip_blanks(struct scan *s)
{
    bool any = false;
    while (take(s, " \t"))
        any = true;
    return any;
}

/* "43", "43.", "43.1234": milliseconds, rounded as Java does it. */
static int64_t seconds(struct scan *s)
{
    struct cr_slice start = s->rest;
    number(s, 2, 2);
    if (take(s, "."))
        while (is_digit(s))
            s->rest = cr_slice_from(s->rest, 1);
    double value = 0;
    if (s->failed || cr_number_double(cr_slice_sub(start, 0, start.len - s->rest.len), &value)) {
        s->failed = true;
        return 0;
    }
    double whole = floor(value);
    return (int64_t)whole * 1000 + (int64_t)floor((value - whole) * 1000 + 0.5);
}

/* Milliseconds ahead of UTC; a zone that there is not is UTC. */
static int64_t zone(struct scan *s)
{
    skip_blanks(s);
    if (take(s, "Z") || s->rest.len == 0)
        return 0;
    bool west = take(s, "-");
    if (!west)
        expect(s, "+");
    int64_t hours = number(s, 1, 2);
    int64_t minutes = take(s, ":") && is_digit(s) ? number(s, 2, 2) : 0;
    if (hours > 23 || minutes > 59)
        return 0;
    int64_t ahead = (hours * 60 + minutes) * 60000;
    return west ? -ahead : ahead;
}

/* Days since 1970-01-01; months and days beyond their ends run on into the next. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year += (month + 11) / 12 - 1;
    month = (month + 11) % 12 + 1;
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void spell(int64_t milliseconds, char *to, size_t size, int64_t *out_year)
{
    int64_t days = milliseconds / 86400000;
    int64_t rest = milliseconds % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted_month = (5 * of_year + 2) / 153;
    int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *out_year = year + era * 400 + (month <= 2);
    snprintf(to, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)*out_year, (int)month,
             (int)(of_year - (153 * shifted_month + 2) / 5 + 1), (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

int cr_yaml_construct_timestamp(struct cr_slice text, struct cr_arena *arena,
                                struct cr_yaml_scalar *out, struct cr_err *err)
{
    struct scan s = {.rest = text};
    int64_t year = number(&s, 4, 4);
    expect(&s, "-");
    int64_t month = number(&s, 1, 2);
    expect(&s, "-");
    int64_t day = number(&s, 1, 2);
    int64_t time = 0;
    if (s.rest.len > 0) {
        if (!take(&s, "Tt") && !skip_blanks(&s))
            s.failed = true;
        time = number(&s, 1, 2) * 3600000;
        expect(&s, ":");
        time += number(&s, 2, 2) * 60000;
        expect(&s, ":");
        time += seconds(&s);
        time -= zone(&s);
    }
    char spelled[80] = "";
    int64_t reached = 0;
    if (!s.failed)
        spell(days_of(year, month, day) * 86400000 + time, spelled, sizeof spelled, &reached);
    if (s.failed || s.rest.len > 0 || year < YEAR_MIN || reached < YEAR_MIN || reached > YEAR_MAX)
        return cr_err_set(err, CR_EPARSE, "'%.*s' is no timestamp of the years %d to %d",
                          CR_SLICE_ARG(cr_slice_sub(text, 0, 60)), YEAR_MIN, YEAR_MAX);
    return cr_yaml_scalar_set(out, CR_YAML_TIMESTAMP, cr_slice_of(spelled), arena, err);
}
