/* disposition: would a browser take an answer for something to open? Pure.
 *
 * Threads: any.
 * Source:  Spring's guard against reflected file downloads,
 * AbstractMessageConverterMethodProcessor; Spring Boot's MimeMappings; config-server reference 1.6.
 */
#ifndef DISPOSITION_H
#define DISPOSITION_H

#include "cr_slice.h"

/* What such an answer bears as Content-Disposition. */
#define DISPOSITION "inline;filename=f.txt"

/* By the last segment's ending (name: as decoded), and by that of its parameters. */
bool disposition_is_needed(struct cr_slice raw_path, struct cr_slice name);

#endif
