"""The writers in Python: `writers.py xlsxwriter|openpyxl students tasks file`, the measures as one line of JSON."""
import json
import re
import sys
import time

CATEGORIES, POSSIBLE, WEIGHT_RANGE = 4, [9, 20, 12, 7, 10, 15], '$G$4:$J$4'
HEADINGS = ['Last name', 'First name', 'Student ID', 'Email', 'Status', 'Course average'] + ['Category %d average' % (c + 1) for c in range(CATEGORIES)]
FIRST_TASK = len(HEADINGS) + 1


def column_name(column):
    name = ''
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def line(student, tasks):
    sums, counts, cells = [0.0] * CATEGORIES, [0] * CATEGORIES, []
    for j in range(tasks):
        if (student * 3 + j * 5) % 41 == 0:
            cells.append(None)
        elif (student + j * 7) % 37 == 0:
            cells.append('In progress')
        else:
            possible = POSSIBLE[j % len(POSSIBLE)]
            score = ((student * 7 + j * 13 + (student * j) % 11) % (possible + 1)) / possible
            cells.append(score)
            sums[j % CATEGORIES] += score
            counts[j % CATEGORIES] += 1
    averages = [s / n if n else 0 for s, n in zip(sums, counts)]
    number = '%06d' % student
    texts = ['Last ' + number, 'First %d' % (student % 97), number, 'student%s@example.edu' % number, 'Active']
    return texts, [sum(averages) / CATEGORIES] + averages, cells


def formulas(row, last):
    counted = 'SUMIF($G%d:$J%d,">=-1E+300",%s)' % (row, row, WEIGHT_RANGE)
    return ['=IF(%s=0,"",SUMPRODUCT($G%d:$J%d,%s)/%s)' % (counted, row, row, WEIGHT_RANGE, counted)] + [
        '=IFERROR(AVERAGEIF($K$1:$%s$1,%s$1,$K%d:$%s%d),"")' % (last, column, row, last, row) for column in 'GHIJ']


def xlsxwriter_(students, tasks, file):
    import xlsxwriter
    begun = time.perf_counter(), time.process_time()
    workbook = xlsxwriter.Workbook(file, {'constant_memory': True})
    percent = workbook.add_format({'num_format': '0%'})
    sheet = workbook.add_worksheet('Performance')
    sheet.freeze_panes(8, 3)
    last = column_name(FIRST_TASK + tasks - 1)
    for c, text in enumerate(HEADINGS + ['Task %d' % (j + 1) for j in range(tasks)]):
        sheet.write_string(7, c, text)
    for i in range(students):
        texts, averages, cells = line(i, tasks)
        for c, text in enumerate(texts):
            sheet.write_string(8 + i, c, text)
        for a, formula in enumerate(formulas(9 + i, last)):
            sheet.write_formula(8 + i, 5 + a, formula, percent, averages[a])
        for j, value in enumerate(cells):
            if isinstance(value, float):
                sheet.write_number(8 + i, FIRST_TASK - 1 + j, value, percent)
            elif value is not None:
                sheet.write_string(8 + i, FIRST_TASK - 1 + j, value)
    workbook.close()
    return begun


def openpyxl_(students, tasks, file):
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    begun = time.perf_counter(), time.process_time()
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet('Performance')
    sheet.freeze_panes = 'D9'
    last = column_name(FIRST_TASK + tasks - 1)
    for _ in range(7):
        sheet.append([])
    sheet.append(HEADINGS + ['Task %d' % (j + 1) for j in range(tasks)])

    def percent(value):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = '0%'
        return cell
    for i in range(students):
        texts, averages, cells = line(i, tasks)
        sheet.append(texts + [percent(f) for f in formulas(9 + i, last)] + [percent(v) if isinstance(v, float) else v for v in cells])
    workbook.save(file)
    return begun


writer, students, tasks, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
begun = {'xlsxwriter': xlsxwriter_, 'openpyxl': openpyxl_}[writer](students, tasks, file)
ms, cpu_ms = (time.perf_counter() - begun[0]) * 1000, (time.process_time() - begun[1]) * 1000
peak = int(re.search(r'VmHWM:\s*(\d+)', open('/proc/self/status').read()).group(1))
print(json.dumps({'ms': ms, 'cpuMs': cpu_ms, 'peakKb': peak}))
