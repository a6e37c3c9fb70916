/**
 * Lets every table of schema public number its rows from here on: ids that no other number in an answer can be taken for.
 * Run it before there are rows.
 */
export function numberFrom(first: number): string {
  return `do $$
    declare
      v_column record;
    begin
      for v_column in
        select table_name, column_name from information_schema.columns where table_schema = 'public' and is_identity = 'YES'
      loop
        perform setval(pg_get_serial_sequence('public.' || v_column.table_name, v_column.column_name), ${first}, false);
      end loop;
    end
  $$`;
}
