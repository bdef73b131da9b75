"""Statements that Django writes once.

Django takes longer to write the SQL of a query than PostgreSQL takes to answer it, again and again the same
text. What a whole class asks at the same moment is written once a thread and kept; each run only fills in its
values. A statement is still made of models and querysets, with `Given("name", field)` in place of values:

    OWN = Rows(lambda: Attempt.objects.filter(pk=Given("pk", ID), user=Given("user", ID)))
    OWN(pk=7, user=3)  # -> [<Attempt>]
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models.constants import OnConflict
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=models.Model)

#: Fields for values that stand for a key or a moment.
ID = models.BigIntegerField()
MOMENT = models.DateTimeField()


class Given(models.Expression):
    """A place in a prepared statement for a value that each run names."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - any database's
        """Leave a place in the SQL, and itself among the parameters."""
        return "%s", [self]


def _cursor() -> CursorWrapper:
    """Return a cursor by which PostgreSQL, too, reads and plans a statement once a connection.

    Django's own cursors send every statement with its values written into it, so that none is like another.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy `connection` does it each time
    if database.vendor != "postgresql":
        plain: CursorWrapper = database.cursor()
        return plain
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        own = ServerBindingCursor(database.connection)  # type: ignore[call-arg]  # the stubs know no arguments
        wrapped: CursorWrapper = database._prepare_cursor(own)
        return wrapped


class _Written:
    """A statement's SQL with its parameters, some still `Given`; and how its rows become instances."""

    def __init__(self, sql: str, parameters: tuple[Any, ...], compiler: SQLCompiler | None = None) -> None:
        self.sql, self.parameters = sql, parameters
        if compiler is None:
            return
        # As `django.db.models.query.ModelIterable` has it.
        info, select = compiler.klass_info, compiler.select
        columns = info["select_fields"]
        self.model = info["model"]
        self.start, self.end = columns[0], columns[-1] + 1
        self.names = [column[0].target.attname for column in select[self.start : self.end]]
        self.related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of 6.1
        self.annotations = dict(compiler.annotation_col_map)
        self.converters = compiler.get_converters([column[0] for column in select])
        self.apply = compiler.apply_converters

    def instances(self, found: list[tuple[Any, ...]]) -> list[Any]:
        """Return the rows as model instances."""
        rows = []
        for values in self.apply(found, self.converters) if self.converters else found:
            row = self.model.from_db(DEFAULT_DB_ALIAS, self.names, values[self.start : self.end])
            for populator in self.related:
                populator.populate(values, row)
            for name, column in self.annotations.items():
                setattr(row, name, values[column])
            rows.append(row)
        return rows


class _Statement:
    """SQL with its parameters, some of them still `Given`; one copy a thread, as the connections are."""

    def __init__(self) -> None:
        self._written = threading.local()

    def _write(self, rows: int) -> _Written:
        raise NotImplementedError

    def _compiled(self, rows: int = 1) -> _Written:
        """Return the statement for so many rows of values."""
        if not hasattr(self._written, "by_rows"):
            self._written.by_rows = {}
        written: dict[int, _Written] = self._written.by_rows
        if rows not in written:
            written[rows] = self._write(rows)
        return written[rows]

    @staticmethod
    def _filled(parameters: tuple[Any, ...], values: Mapping[str, Any]) -> list[Any]:
        database = connections[DEFAULT_DB_ALIAS]
        return [
            one.output_field.get_db_prep_value(values[one.name], database) if isinstance(one, Given) else one
            for one in parameters
        ]


class Rows(_Statement, Generic[Row]):
    """A prepared SELECT; a run returns model instances, `select_related` and annotations included.

    With `shared`, the rows are held as they are until the transaction ends, by as many as like, where the
    database locks rows: a lock that Django has no word for.
    """

    def __init__(self, queryset: "Callable[[], models.QuerySet[Row]]", *, shared: bool = False) -> None:
        super().__init__()
        self._queryset, self._shared = queryset, shared

    def _write(self, _rows: int) -> _Written:
        compiler = self._queryset().query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        lock = " FOR SHARE" if self._shared and connection.features.has_select_for_update else ""
        return _Written(sql + lock, tuple(parameters), compiler)

    def __call__(self, **values: Any) -> list[Row]:  # noqa: ANN401 - any field's
        """Return the rows for these values."""
        written = self._compiled()
        with _cursor() as cursor:
            cursor.execute(written.sql, self._filled(written.parameters, values))
            found = cursor.fetchall()
        return written.instances(found)


class Update(_Statement):
    """A prepared UPDATE; a run returns how many rows it changed."""

    def __init__(self, queryset: "Callable[[], models.QuerySet[Any]]", **changes: Given) -> None:
        super().__init__()
        self._queryset, self._changes = queryset, changes

    def _write(self, _rows: int) -> _Written:
        query: UpdateQuery = self._queryset().query.chain(UpdateQuery)  # type: ignore[assignment]  # stubs lag
        query.add_update_values(self._changes)
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return _Written(sql, tuple(parameters))

    def __call__(self, **values: Any) -> int:  # noqa: ANN401 - any field's
        """Change the rows for these values."""
        written = self._compiled()
        with _cursor() as cursor:
            cursor.execute(written.sql, self._filled(written.parameters, values))
            return int(cursor.rowcount)


class Insert(_Statement):
    """A prepared INSERT of the named fields of model instances, or of all; one statement for several.

    The keys the database gives are fetched only with `keyed`, for one row a run. With `ignore_conflicts`,
    what a constraint says is there already is left out. `fixed` fields hold the same SQL in every row: a
    statement with over 50 values is taken apart by psycopg anew each time.
    """

    def __init__(
        self,
        model: type[models.Model],
        *names: str,
        keyed: bool = False,
        ignore_conflicts: bool = False,
        **fixed: str,
    ) -> None:
        super().__init__()
        self._model, self._names, self._keyed, self._ignore = model, names, keyed, ignore_conflicts
        self._fixed = {name: RawSQL(sql, ()) for name, sql in fixed.items()}  # noqa: S611 - written by us

    def _write(self, rows: int) -> _Written:
        meta = self._model._meta
        named = (*self._names, *self._fixed)
        fields: list[models.Field[Any, Any]] = [
            field
            for field in meta.concrete_fields
            if (field.name in named if self._names else not field.primary_key)
        ]
        given = [
            self._model(
                **{field.attname: Given(f"{row}.{field.attname}", field) for field in fields} | self._fixed
            )
            for row in range(rows)
        ]
        query = InsertQuery(self._model, on_conflict=OnConflict.IGNORE if self._ignore else None)
        query.insert_values(fields, given)
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        compiler.returning_fields = [meta.pk] if self._keyed else None
        [(sql, parameters)] = compiler.as_sql()
        return _Written(sql, tuple(parameters))

    def __call__(self, *rows: models.Model) -> int:
        """Insert the rows; return how many are new."""
        written = self._compiled(len(rows))
        values = {f"{n}.{name}": value for n, row in enumerate(rows) for name, value in vars(row).items()}
        with _cursor() as cursor:
            cursor.execute(written.sql, self._filled(written.parameters, values))
            if self._keyed:
                [row] = rows
                [row.pk] = cursor.fetchone()
                row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
                return 1
            return int(cursor.rowcount)
