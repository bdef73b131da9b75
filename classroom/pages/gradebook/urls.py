"""Addresses of the gradebook, below a course's own."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from classroom.pages.gradebook import exporting, grid, importing, setup, student


class Kind(StringConverter):
    """What can be moved up and down."""

    regex = "categories|columns"


class File(StringConverter):
    """The kinds of files a gradebook leaves in."""

    regex = "csv|xlsx"


register_converter(Kind, "gradebook_kind")
register_converter(File, "gradebook_file")

urlpatterns = [
    path("grades/", student.grades, name="grades"),
    path("grades/progress/", student.progress, name="grade_progress"),
    path("gradebook/", grid.grid, name="gradebook"),
    path("gradebook/data.json", grid.data, name="gradebook_data"),
    path("gradebook/cells/<int:column>/<int:user>/", grid.save_cell, name="gradebook_cell"),
    path("gradebook/students/<int:pk>/", student.student, name="gradebook_student"),
    path("gradebook/students/<int:pk>/marks/<int:column>/", student.save_mark, name="gradebook_mark"),
    path("gradebook/import/", importing.import_marks, name="import_grades"),
    path("gradebook/grades.<gradebook_file:kind>", exporting.export, name="export_grades"),
    path("gradebook/setup/", setup.setup, name="gradebook_setup"),
    path("gradebook/setup/add-all/", setup.add_all, name="gradebook_add_all"),
    path("gradebook/categories/new/", setup.new_category, name="new_grade_category"),
    path("gradebook/categories/<int:pk>/", setup.category, name="grade_category"),
    path("gradebook/categories/<int:pk>/delete/", setup.delete_category, name="delete_grade_category"),
    path("gradebook/columns/new/", setup.new_column, name="new_grade_column"),
    path("gradebook/columns/<int:pk>/", setup.column, name="grade_column"),
    path("gradebook/columns/<int:pk>/release/", setup.release, name="release_grade_column"),
    path("gradebook/columns/<int:pk>/delete/", setup.delete_column, name="delete_grade_column"),
    path("gradebook/<gradebook_kind:what>/<int:pk>/move/", setup.move, name="move_in_gradebook"),
]
