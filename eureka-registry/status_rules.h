/* status_rules: which status an instance gets, by Netflix' five rules; the first that matches.
 *
 *     1  what is neither UP nor OUT_OF_SERVICE shows as it is: a client's DOWN is the truth
 *     2  an override from the status API
 *     3  its auto-scaling group (only a registry at Amazon knows one; here it never matches)
 *     4  a client may not change between UP and OUT_OF_SERVICE by itself: the lease's status stays
 *     5  what the record says
 *
 * Pure.
 * Source: Netflix/eureka registry/rule: DownOrStartingRule, OverrideExistsRule, AsgEnabledRule,
 *         LeaseExistsRule, AlwaysMatchInstanceStatusRule.
 */
#ifndef STATUS_RULES_H
#define STATUS_RULES_H

#include <stdbool.h>

#include "cr_wire_instance.h"

struct status_question {
    enum cr_wire_status said;              /* by the record */
    const enum cr_wire_status *overridden; /* NULL: no override */
    const enum cr_wire_status *lease;      /* of the lease that there is; NULL: none */
    bool replicated;                       /* a peer says it */
};

enum cr_wire_status status_by_rules(const struct status_question *question);

#endif
