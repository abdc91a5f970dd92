/** Functions that only compute. Left out is what makes a small statement hold much memory, such as repeat and lpad. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
  // Aggregates and windows.
  (
    'array_agg avg bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every first_value json_agg ' +
    'json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode nth_value ntile percent_rank ' +
    'percentile_cont percentile_disc rank regr_count regr_intercept regr_r2 regr_slope row_number stddev stddev_pop ' +
    'stddev_samp string_agg sum var_pop var_samp variance ' +
    // Numbers.
    'abs acos asin atan atan2 cbrt ceil ceiling cos degrees div exp floor gcd lcm ln log log10 mod pi pow power ' +
    'radians random round scale sign sin sqrt tan trim_scale trunc width_bucket ' +
    // Text. The last three stand for LIKE and SIMILAR TO with ESCAPE, and SUBSTRING with SIMILAR.
    'ascii bit_length btrim char_length character_length chr concat concat_ws initcap left length lower ltrim md5 ' +
    'normalize octet_length overlay position quote_literal quote_nullable regexp_count regexp_instr regexp_like ' +
    'regexp_match regexp_replace regexp_split_to_array regexp_substr replace reverse right rtrim split_part ' +
    'starts_with strpos substr substring to_hex translate trim upper like_escape similar_escape similar_to_escape ' +
    // Time.
    'age clock_timestamp date date_bin date_part date_trunc extract isfinite justify_days justify_hours ' +
    'justify_interval make_date make_interval make_time make_timestamp now overlaps statement_timestamp timezone ' +
    'to_char to_date to_number to_timestamp transaction_timestamp ' +
    // JSON and arrays.
    'array_append array_length array_position array_positions array_remove array_to_json array_to_string ' +
    'cardinality generate_series json_array_elements json_array_elements_text json_array_length json_build_array ' +
    'json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object_keys ' +
    'json_typeof jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array ' +
    'jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_keys ' +
    'jsonb_pretty jsonb_typeof row_to_json string_to_array to_json to_jsonb unnest'
  ).split(' '),
)

/** Types that hold values. Left out are those that name what the database has, such as regclass and regrole. */
export const ALLOWED_TYPES: ReadonlySet<string> = new Set(
  (
    'bit bool bpchar bytea char date float4 float8 int2 int4 int8 interval json jsonb name numeric text time timestamp ' +
    'timestamptz timetz uuid varbit varchar'
  ).split(' '),
)

/** CURRENT_DATE and its like. Left out is what tells who is connected to what, such as CURRENT_USER. */
export const ALLOWED_VALUES: ReadonlySet<string> = new Set(
  (
    'SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N ' +
    'SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N'
  ).split(' '),
)

/** The nodes of a parse tree that a SELECT may be made of. */
export const ALLOWED_NODES: ReadonlySet<string> = new Set(
  (
    'A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star BoolExpr Boolean BooleanTest CaseExpr CaseWhen ' +
    'CoalesceExpr CollateClause ColumnRef CommonTableExpr Float FuncCall GroupingFunc GroupingSet Integer JoinExpr ' +
    'List MinMaxExpr NamedArgExpr NullTest RangeFunction RangeSubselect RangeVar ResTarget RowExpr SQLValueFunction ' +
    'SelectStmt SortBy String SubLink TypeCast WindowDef'
  ).split(' '),
)

/**
 * The fields of those nodes, and of what stands in them without its kind. Left out are SELECT INTO and FOR UPDATE, and
 * lists of columns and types behind a function.
 */
export const ALLOWED_FIELDS: ReadonlySet<string> = new Set(
  // A SELECT, WITH and FROM.
  (
    'distinctClause fromClause groupClause groupDistinct havingClause limitCount limitOffset limitOption op all ' +
    'sortClause targetList valuesLists whereClause windowClause larg rarg ctename aliascolnames ctematerialized ' +
    'ctequery search_clause search_col_list search_breadth_first search_seq_column cycle_clause cycle_col_list ' +
    'cycle_mark_column cycle_mark_value cycle_mark_default cycle_path_column catalogname schemaname relname inh ' +
    'relpersistence alias aliasname colnames lateral ordinality is_rowsfrom functions subquery isNatural ' +
    'join_using_alias jointype quals usingClause ' +
    // Windows, groups and orders.
    'name refname frameOptions startOffset endOffset orderClause partitionClause kind content node sortby_dir ' +
    'sortby_nulls useOp ' +
    // Expressions.
    'val arg args indirection fields is_slice lidx uidx elements list_start list_end lexpr rexpr rexpr_list_start ' +
    'rexpr_list_end boolop booltesttype nulltesttype expr result defresult collname funcname agg_order agg_filter ' +
    'agg_within_group agg_star agg_distinct func_variadic funcformat over argnumber row_format subLinkType operName subselect ' +
    'testexpr typeName names typmods typemod typmod arrayBounds items ' +
    // Values, and places in the text.
    'ival fval sval boolval bsval isnull location'
  ).split(' '),
)
