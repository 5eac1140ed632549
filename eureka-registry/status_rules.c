/* The rules as a table, so that their order can be read. */
#include "status_rules.h"

#include "cr_attr.h"

static bool serves_or_rests(enum cr_wire_status status)
{
    return status == CR_WIRE_UP || status == CR_WIRE_OUT_OF_SERVICE;
}

static bool down_or_starting(const struct status_question *q, enum cr_wire_status *out)
{
    *out = q->said;
    return !serves_or_rests(q->said);
}

static bool override_exists(const struct status_question *q, enum cr_wire_status *out)
{
    if (q->overridden)
        *out = *q->overridden;
    return q->overridden != NULL;
}

static bool lease_exists(const struct status_question *q, enum cr_wire_status *out)
{
    if (q->replicated || !q->lease || !serves_or_rests(*q->lease))
        return false;
    *out = *q->lease;
    return true;
}

static bool (*const rules[])(const struct status_question *, enum cr_wire_status *) = {
    down_or_starting,
    override_exists,
    lease_exists,
};

enum cr_wire_status status_by_rules(const struct status_question *question)
{
    enum cr_wire_status status = question->said;
    for (size_t i = 0; i < CR_COUNT(rules); i++)
        if (rules[i](question, &status))
            return status;
    return question->said;
}
