#include "assignment.h"

#include <float.h>
#include <math.h>

/* The way from row `from` to a free column along which the sum of costs grows least; -1 where there is none.
 *
 * Columns are looked at from the last to the first, and of equally near ones a free one is taken, and of these the last
 * that was looked at: the first column. */
static int64_t free_column(const Assignment *a, int64_t rows, int64_t columns, int64_t from, double *length)
{
    int64_t left = columns, row = from;
    double way = 0.0;
    for (int64_t k = 0; k < columns; k++) {
        a->remaining[k] = columns - k - 1;
        a->seen_column[k] = 0;
        a->shortest[k] = INFINITY;
    }
    for (int64_t k = 0; k < rows; k++)
        a->seen_row[k] = 0;
    for (;;) {
        int64_t best = -1;
        double lowest = INFINITY;
        a->seen_row[row] = 1;
        for (int64_t k = 0; k < left; k++) {
            const int64_t column = a->remaining[k];
            const double reached = way + a->cost[row * columns + column] - a->of_row[row] - a->of_column[column];
            if (reached < a->shortest[column]) {
                a->came_from[column] = row;
                a->shortest[column] = reached;
            }
            if (a->shortest[column] < lowest || (a->shortest[column] == lowest && a->row_of[column] < 0)) {
                lowest = a->shortest[column];
                best = k;
            }
        }
        if (best < 0)
            return -1; /* a cost is not a number */
        way = lowest;
        const int64_t column = a->remaining[best];
        a->seen_column[column] = 1;
        a->remaining[best] = a->remaining[--left];
        *length = way;
        if (a->row_of[column] < 0)
            return column;
        row = a->row_of[column];
    }
}

void assign(Assignment *a, int64_t rows, int64_t columns)
{
    for (int64_t row = 0; row < rows; row++) {
        a->of_row[row] = 0.0;
        a->column_of[row] = -1;
    }
    for (int64_t column = 0; column < columns; column++) {
        a->of_column[column] = 0.0;
        a->row_of[column] = -1;
    }
    for (int64_t from = 0; from < rows; from++) {
        double way = 0.0;
        int64_t column = free_column(a, rows, columns, from, &way);
        if (column < 0)
            return;
        a->of_row[from] += way;
        for (int64_t row = 0; row < rows; row++)
            if (a->seen_row[row] && row != from)
                a->of_row[row] += way - a->shortest[a->column_of[row]];
        for (int64_t k = 0; k < columns; k++)
            if (a->seen_column[k])
                a->of_column[k] -= way - a->shortest[k];
        for (int64_t row = -1; row != from;) { /* the way back, along which each row gets the next column */
            row = a->came_from[column];
            a->row_of[column] = row;
            const int64_t before = a->column_of[row];
            a->column_of[row] = column;
            column = before;
        }
    }
}
