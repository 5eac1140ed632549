/* cr_number: numbers as text, spelled as Java spells them.
 *
 * Errors:  cr_number_double returns CR_EPARSE for what is not a decimal number.
 * Threads: any; independent of the locale's decimal point only in the C locale, which daemons keep.
 * Source:  java.lang.Double.toString (JDK 19 and later: the shortest text that reads back equal).
 */
#ifndef CR_NUMBER_H
#define CR_NUMBER_H

#include "cr_attr.h"
#include "cr_slice.h"

enum { CR_NUMBER_TEXT_SIZE = 32 };

/* "1.0", "6.02E23", "1.0E-4", "Infinity", "NaN"; returns the length. */
size_t cr_number_text(double value, char out[CR_NUMBER_TEXT_SIZE]);

/* Digits with optional sign, fraction and exponent; at most 1,024 characters. */
CR_MUST_CHECK int cr_number_double(struct cr_slice text, double *out_value);

#endif
