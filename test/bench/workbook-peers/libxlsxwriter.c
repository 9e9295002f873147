/* The same sheet by libxlsxwriter: libxlsxwriter students tasks file, the measures as one line of JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <xlsxwriter.h>

enum { CATEGORIES = 4, FIRST_TASK = 10 };
static const int POSSIBLE[] = {9, 20, 12, 7, 10, 15};

static const char *column_name(int column, char *name) {
    char letters[8];
    int n = 0, at = 0;
    for (; column > 0; column = (column - 1) / 26) letters[n++] = (char)('A' + (column - 1) % 26);
    while (n > 0) name[at++] = letters[--n];
    name[at] = 0;
    return name;
}

/* Not getrusage's maximum: that begins with what the process had that started this one. */
static long peak_kb(void) {
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) if (sscanf(line, "VmHWM: %ld", &kb) == 1) break;
    if (status) fclose(status);
    return kb;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int students = atoi(argv[1]), tasks = atoi(argv[2]);
    struct timespec begun, ended;
    struct rusage usage;
    char text[256], last[8];
    clock_gettime(CLOCK_MONOTONIC, &begun);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *workbook = workbook_new_opt(argv[3], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "Performance");
    lxw_format *percent = workbook_add_format(workbook);
    format_set_num_format(percent, "0%");
    worksheet_freeze_panes(sheet, 8, 3);
    const char *headings[] = {"Last name", "First name", "Student ID", "Email", "Status", "Course average"};
    for (int c = 0; c < 6; c++) worksheet_write_string(sheet, 7, c, headings[c], NULL);
    for (int c = 0; c < CATEGORIES; c++) { sprintf(text, "Category %d average", c + 1); worksheet_write_string(sheet, 7, 6 + c, text, NULL); }
    for (int j = 0; j < tasks; j++) { sprintf(text, "Task %d", j + 1); worksheet_write_string(sheet, 7, FIRST_TASK + j, text, NULL); }
    column_name(FIRST_TASK + tasks, last);
    double *scores = malloc(sizeof(double) * (size_t)tasks);
    for (int i = 0; i < students; i++) {
        int r = 8 + i, row = 9 + i;
        double sums[CATEGORIES] = {0}, course = 0;
        int counts[CATEGORIES] = {0};
        for (int j = 0; j < tasks; j++) {
            if ((i * 3LL + j * 5LL) % 41 == 0) scores[j] = -1;
            else if ((i + j * 7LL) % 37 == 0) scores[j] = -2;
            else {
                int possible = POSSIBLE[j % 6];
                scores[j] = (double)((i * 7LL + j * 13LL + ((long long)i * j) % 11) % (possible + 1)) / possible;
                sums[j % CATEGORIES] += scores[j];
                counts[j % CATEGORIES]++;
            }
        }
        for (int c = 0; c < CATEGORIES; c++) { if (counts[c]) sums[c] /= counts[c]; course += sums[c] / CATEGORIES; }
        sprintf(text, "Last %06d", i); worksheet_write_string(sheet, r, 0, text, NULL);
        sprintf(text, "First %d", i % 97); worksheet_write_string(sheet, r, 1, text, NULL);
        sprintf(text, "%06d", i); worksheet_write_string(sheet, r, 2, text, NULL);
        sprintf(text, "student%06d@example.edu", i); worksheet_write_string(sheet, r, 3, text, NULL);
        worksheet_write_string(sheet, r, 4, "Active", NULL);
        sprintf(text, "=IF(SUMIF($G%d:$J%d,\">=-1E+300\",$G$4:$J$4)=0,\"\","
                "SUMPRODUCT($G%d:$J%d,$G$4:$J$4)/SUMIF($G%d:$J%d,\">=-1E+300\",$G$4:$J$4))",
                row, row, row, row, row, row);
        worksheet_write_formula_num(sheet, r, 5, text, percent, course);
        for (int c = 0; c < CATEGORIES; c++) {
            sprintf(text, "=IFERROR(AVERAGEIF($K$1:$%s$1,%c$1,$K%d:$%s%d),\"\")", last, 'G' + c, row, last, row);
            worksheet_write_formula_num(sheet, r, 6 + c, text, percent, sums[c]);
        }
        for (int j = 0; j < tasks; j++) {
            if (scores[j] >= 0) worksheet_write_number(sheet, r, FIRST_TASK + j, scores[j], percent);
            else if (scores[j] == -2) worksheet_write_string(sheet, r, FIRST_TASK + j, "In progress", NULL);
        }
    }
    free(scores);
    if (workbook_close(workbook) != LXW_NO_ERROR) return 1;
    clock_gettime(CLOCK_MONOTONIC, &ended);
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"ms\":%f,\"cpuMs\":%f,\"peakKb\":%ld}\n", (double)(ended.tv_sec - begun.tv_sec) * 1e3 + (double)(ended.tv_nsec - begun.tv_nsec) / 1e6,
           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3, peak_kb());
    return 0;
}
