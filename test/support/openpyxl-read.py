"""What openpyxl sees of some workbooks, as one JSON document: {file: {sheet: {...}}} for each file named on standard input."""
import datetime
import json
import sys

import openpyxl


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return {'date': value.isoformat()}
    return value


def sheet(values, formulas):
    cells, number_formats, kinds, looks = {}, {}, {}, {}
    for row in values.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            at = cell.coordinate
            cells[at] = plain(cell.value)
            kinds[at] = cell.data_type
            number_formats[at] = cell.number_format
            font = cell.font
            looks[at] = {'bold': bool(font.b), 'italic': bool(font.i), 'underline': font.u is not None,
                         'color': font.color.rgb if font.color is not None and isinstance(font.color.rgb, str) else None}
    return {
        'cells': cells, 'kinds': kinds, 'formats': number_formats, 'looks': looks,
        'formulas': {c.coordinate: getattr(c.value, 'text', c.value) for row in formulas.iter_rows() for c in row if c.data_type == 'f'},
        'freeze': values.freeze_panes, 'filter': values.auto_filter.ref,
        'orientation': values.page_setup.orientation, 'fitToWidth': values.page_setup.fitToWidth,
        'fitToHeight': values.page_setup.fitToHeight,
        'fitToPage': bool(values.sheet_properties.pageSetUpPr and values.sheet_properties.pageSetUpPr.fitToPage),
        'titleRows': values.print_title_rows, 'titleColumns': values.print_title_cols,
        'widths': {k: d.width for k, d in values.column_dimensions.items()},
        'dimension': values.dimensions,
    }


def book(file):
    values = openpyxl.load_workbook(file, data_only=True)
    formulas = openpyxl.load_workbook(file)
    p = values.properties
    return {
        'active': values.active.title,
        'title': p.title, 'creator': p.creator, 'created': p.created.isoformat() if p.created else None,
        'sheets': [dict(name=ws.title, **sheet(ws, formulas[ws.title])) for ws in values.worksheets],
    }


json.dump({file: book(file) for file in json.load(sys.stdin)}, sys.stdout)
