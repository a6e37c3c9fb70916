
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "action_records": {
                  Row: {
                    "action": string,"cause_key": string,"failure_weight": number,"id": number,"project_count": number,"project_id": number | null,"success_weight": number,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"cause_key": string,"failure_weight"?: number,"id"?: never,"project_count"?: number,"project_id"?: number | null,"success_weight"?: number,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "action"?: string,"cause_key"?: string,"failure_weight"?: number,"id"?: never,"project_count"?: number,"project_id"?: number | null,"success_weight"?: number,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "action_records_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"api_keys": {
                  Row: {
                    "created_at": string,"id": number,"key_hash": string,"label": string,"project_id": number,"purpose": string,"revoked_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: never,"key_hash": string,"label"?: string,"project_id": number,"purpose": string,"revoked_at"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"id"?: never,"key_hash"?: string,"label"?: string,"project_id"?: number,"purpose"?: string,"revoked_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_keys_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"auto_fixes": {
                  Row: {
                    "action": string,"applied_at": string | null,"apply_attempt_count": number,"apply_result": Json | null,"applying_at": string | null,"approved_at": string | null,"approved_by": string | null,"automatic": boolean,"before_state": Json | null,"confidence": number,"created_at": string,"decision_id": number,"dismissed_by": string | null,"expires_at": string,"finished_at": string | null,"id": number,"informational": boolean,"issue_id": number,"outcome": string | null,"parameters": NonNullable<Json>,"project_id": number,"reason": string | null,"reversible": boolean,"risk": string,"rollback_result": Json | null,"severity": string,"state": string,"target_key": string,"updated_at": string,"verification": Json | null,"verify_from": string | null,"verify_until": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"applied_at"?: string | null,"apply_attempt_count"?: number,"apply_result"?: Json | null,"applying_at"?: string | null,"approved_at"?: string | null,"approved_by"?: string | null,"automatic": boolean,"before_state"?: Json | null,"confidence": number,"created_at"?: string,"decision_id": number,"dismissed_by"?: string | null,"expires_at": string,"finished_at"?: string | null,"id"?: never,"informational"?: boolean,"issue_id": number,"outcome"?: string | null,"parameters": NonNullable<Json>,"project_id": number,"reason"?: string | null,"reversible": boolean,"risk": string,"rollback_result"?: Json | null,"severity": string,"state"?: string,"target_key": string,"updated_at"?: string,"verification"?: Json | null,"verify_from"?: string | null,"verify_until"?: string | null
                  }
                  Update: {
                    "action"?: string,"applied_at"?: string | null,"apply_attempt_count"?: number,"apply_result"?: Json | null,"applying_at"?: string | null,"approved_at"?: string | null,"approved_by"?: string | null,"automatic"?: boolean,"before_state"?: Json | null,"confidence"?: number,"created_at"?: string,"decision_id"?: number,"dismissed_by"?: string | null,"expires_at"?: string,"finished_at"?: string | null,"id"?: never,"informational"?: boolean,"issue_id"?: number,"outcome"?: string | null,"parameters"?: NonNullable<Json>,"project_id"?: number,"reason"?: string | null,"reversible"?: boolean,"risk"?: string,"rollback_result"?: Json | null,"severity"?: string,"state"?: string,"target_key"?: string,"updated_at"?: string,"verification"?: Json | null,"verify_from"?: string | null,"verify_until"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "auto_fixes_decision_id_fkey"
      columns: ["decision_id"]
isOneToOne: false
      referencedRelation: "decisions"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_fixes_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_fixes_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"blame_states": {
                  Row: {
                    "observed_at": string,"project_id": number,"state": NonNullable<Json>,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "observed_at": string,"project_id": number,"state": NonNullable<Json>,"version"?: number
                  }
                  Update: {
                    "observed_at"?: string,"project_id"?: number,"state"?: NonNullable<Json>,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "blame_states_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"canary_judgements": {
                  Row: {
                    "advance_at": string | null,"advance_reason": string | null,"advance_state": string | null,"canary": NonNullable<Json>,"classification": string | null,"control": NonNullable<Json>,"deployment_id": number | null,"harm_e_value": number,"id": number,"issue_id": number | null,"judged_at": string,"metrics": NonNullable<Json>,"project_id": number,"reasons": NonNullable<Json>,"rollout_id": number | null,"safety_e_value": number,"score": number | null,"service": string,"share": number,"stage": number | null,"stage_started_at": string,"started_at": string,"subject": string,"verdict": string,"verdict_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "advance_at"?: string | null,"advance_reason"?: string | null,"advance_state"?: string | null,"canary": NonNullable<Json>,"classification"?: string | null,"control": NonNullable<Json>,"deployment_id"?: number | null,"harm_e_value": number,"id"?: never,"issue_id"?: number | null,"judged_at": string,"metrics"?: NonNullable<Json>,"project_id": number,"reasons"?: NonNullable<Json>,"rollout_id"?: number | null,"safety_e_value": number,"score"?: number | null,"service": string,"share": number,"stage"?: number | null,"stage_started_at": string,"started_at": string,"subject": string,"verdict": string,"verdict_at": string
                  }
                  Update: {
                    "advance_at"?: string | null,"advance_reason"?: string | null,"advance_state"?: string | null,"canary"?: NonNullable<Json>,"classification"?: string | null,"control"?: NonNullable<Json>,"deployment_id"?: number | null,"harm_e_value"?: number,"id"?: never,"issue_id"?: number | null,"judged_at"?: string,"metrics"?: NonNullable<Json>,"project_id"?: number,"reasons"?: NonNullable<Json>,"rollout_id"?: number | null,"safety_e_value"?: number,"score"?: number | null,"service"?: string,"share"?: number,"stage"?: number | null,"stage_started_at"?: string,"started_at"?: string,"subject"?: string,"verdict"?: string,"verdict_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "canary_judgements_deployment_id_fkey"
      columns: ["deployment_id"]
isOneToOne: false
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "canary_judgements_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "canary_judgements_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "canary_judgements_rollout_id_fkey"
      columns: ["rollout_id"]
isOneToOne: false
      referencedRelation: "config_rollouts"
      referencedColumns: ["id"]
    }
                  ]
                },"circuit_breaker_metrics": {
                  Row: {
                    "failure_count": number,"minute_at": string,"name": string,"rejected_count": number,"success_count": number,"timeout_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "failure_count"?: number,"minute_at": string,"name": string,"rejected_count"?: number,"success_count"?: number,"timeout_count"?: number
                  }
                  Update: {
                    "failure_count"?: number,"minute_at"?: string,"name"?: string,"rejected_count"?: number,"success_count"?: number,"timeout_count"?: number
                  }
                  Relationships: [
                    
                  ]
                },"circuit_breaker_state": {
                  Row: {
                    "failure_count": number,"name": string,"opened_at": string | null,"project_id": number | null,"state": string,"state_data": NonNullable<Json>,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "failure_count"?: number,"name": string,"opened_at"?: string | null,"project_id"?: number | null,"state"?: string,"state_data"?: NonNullable<Json>,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "failure_count"?: number,"name"?: string,"opened_at"?: string | null,"project_id"?: number | null,"state"?: string,"state_data"?: NonNullable<Json>,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "circuit_breaker_state_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"circuit_breaker_totals": {
                  Row: {
                    "failure_count": number,"name": string,"rejected_count": number,"success_count": number,"timeout_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "failure_count"?: number,"name": string,"rejected_count"?: number,"success_count"?: number,"timeout_count"?: number
                  }
                  Update: {
                    "failure_count"?: number,"name"?: string,"rejected_count"?: number,"success_count"?: number,"timeout_count"?: number
                  }
                  Relationships: [
                    
                  ]
                },"config_rollouts": {
                  Row: {
                    "ended_at": string | null,"id": number,"key": string,"previous_version": number | null,"project_id": number,"share": number,"stage_started_at": string,"stages": (number)[],"started_at": string,"started_by": string,"status": string,"steps": NonNullable<Json>,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "ended_at"?: string | null,"id"?: never,"key": string,"previous_version"?: number | null,"project_id": number,"share": number,"stage_started_at"?: string,"stages": (number)[],"started_at"?: string,"started_by"?: string,"status"?: string,"steps"?: NonNullable<Json>,"version": number
                  }
                  Update: {
                    "ended_at"?: string | null,"id"?: never,"key"?: string,"previous_version"?: number | null,"project_id"?: number,"share"?: number,"stage_started_at"?: string,"stages"?: (number)[],"started_at"?: string,"started_by"?: string,"status"?: string,"steps"?: NonNullable<Json>,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "config_rollouts_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"decisions": {
                  Row: {
                    "action": string | null,"confidence": number,"created_at": string,"decided_by": string,"explanation": string,"id": number,"issue_id": number,"job_id": number | null,"parameters": Json | null,"project_id": number,"record": NonNullable<Json>,"target_key": string | null,"threshold": number,"verdict": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action"?: string | null,"confidence"?: number,"created_at"?: string,"decided_by"?: string,"explanation": string,"id"?: never,"issue_id": number,"job_id"?: number | null,"parameters"?: Json | null,"project_id": number,"record": NonNullable<Json>,"target_key"?: string | null,"threshold": number,"verdict": string
                  }
                  Update: {
                    "action"?: string | null,"confidence"?: number,"created_at"?: string,"decided_by"?: string,"explanation"?: string,"id"?: never,"issue_id"?: number,"job_id"?: number | null,"parameters"?: Json | null,"project_id"?: number,"record"?: NonNullable<Json>,"target_key"?: string | null,"threshold"?: number,"verdict"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "decisions_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "decisions_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"deployment_commits": {
                  Row: {
                    "author": string | null,"branch": string | null,"failed_checks": NonNullable<Json>,"files": Json | null,"project_id": number,"pushed_at": string,"sha": string
                  }
                  ComputedFields: never
                  Insert: {
                    "author"?: string | null,"branch"?: string | null,"failed_checks"?: NonNullable<Json>,"files"?: Json | null,"project_id": number,"pushed_at": string,"sha": string
                  }
                  Update: {
                    "author"?: string | null,"branch"?: string | null,"failed_checks"?: NonNullable<Json>,"files"?: Json | null,"project_id"?: number,"pushed_at"?: string,"sha"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "deployment_commits_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"deployment_error_correlations": {
                  Row: {
                    "candidate": string,"decided_at": string,"deployment_id": number | null,"e_value": number | null,"episode_at": string,"factors": NonNullable<Json>,"id": number,"issue_id": number | null,"onset_at": string | null,"probability": number,"project_id": number,"rollback": boolean,"subject": string,"verdict": string
                  }
                  ComputedFields: never
                  Insert: {
                    "candidate": string,"decided_at": string,"deployment_id"?: number | null,"e_value"?: number | null,"episode_at": string,"factors"?: NonNullable<Json>,"id"?: never,"issue_id"?: number | null,"onset_at"?: string | null,"probability": number,"project_id": number,"rollback"?: boolean,"subject": string,"verdict": string
                  }
                  Update: {
                    "candidate"?: string,"decided_at"?: string,"deployment_id"?: number | null,"e_value"?: number | null,"episode_at"?: string,"factors"?: NonNullable<Json>,"id"?: never,"issue_id"?: number | null,"onset_at"?: string | null,"probability"?: number,"project_id"?: number,"rollback"?: boolean,"subject"?: string,"verdict"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "deployment_error_correlations_deployment_id_fkey"
      columns: ["deployment_id"]
isOneToOne: false
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_error_correlations_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_error_correlations_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"deployment_logs": {
                  Row: {
                    "author": string | null,"branch": string | null,"carries_irreversible_migration": boolean | null,"commit_sha": string | null,"content_hash": string | null,"created_at": string,"environment": string,"external_id": string,"file_count": number | null,"files": Json | null,"health": Json | null,"health_checked_at": string | null,"health_score": number | null,"id": number,"line_count": number | null,"message": string | null,"migration": string | null,"migration_evidence": Json | null,"previous_id": number | null,"project_id": number,"promoted_at": string | null,"ready_at": string | null,"recorded_at": string,"release": string | null,"repeats_id": number | null,"risk": number | null,"risk_features": Json | null,"risk_reasons": NonNullable<Json>,"rollback_capability": Json | null,"rolled_back_at": string | null,"rolled_back_by_fix_id": number | null,"rollout": NonNullable<Json>,"service": string,"status": string,"superseded_at": string | null,"target": string,"touched": Json | null,"updated_at": string,"url": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "author"?: string | null,"branch"?: string | null,"carries_irreversible_migration"?: never,"commit_sha"?: string | null,"content_hash"?: string | null,"created_at"?: string,"environment"?: string,"external_id": string,"file_count"?: number | null,"files"?: Json | null,"health"?: Json | null,"health_checked_at"?: string | null,"health_score"?: number | null,"id"?: never,"line_count"?: number | null,"message"?: string | null,"migration"?: string | null,"migration_evidence"?: Json | null,"previous_id"?: number | null,"project_id": number,"promoted_at"?: string | null,"ready_at"?: string | null,"recorded_at"?: string,"release"?: string | null,"repeats_id"?: number | null,"risk"?: number | null,"risk_features"?: Json | null,"risk_reasons"?: NonNullable<Json>,"rollback_capability"?: Json | null,"rolled_back_at"?: string | null,"rolled_back_by_fix_id"?: number | null,"rollout"?: NonNullable<Json>,"service": string,"status"?: string,"superseded_at"?: string | null,"target": string,"touched"?: Json | null,"updated_at"?: string,"url"?: string | null
                  }
                  Update: {
                    "author"?: string | null,"branch"?: string | null,"carries_irreversible_migration"?: never,"commit_sha"?: string | null,"content_hash"?: string | null,"created_at"?: string,"environment"?: string,"external_id"?: string,"file_count"?: number | null,"files"?: Json | null,"health"?: Json | null,"health_checked_at"?: string | null,"health_score"?: number | null,"id"?: never,"line_count"?: number | null,"message"?: string | null,"migration"?: string | null,"migration_evidence"?: Json | null,"previous_id"?: number | null,"project_id"?: number,"promoted_at"?: string | null,"ready_at"?: string | null,"recorded_at"?: string,"release"?: string | null,"repeats_id"?: number | null,"risk"?: number | null,"risk_features"?: Json | null,"risk_reasons"?: NonNullable<Json>,"rollback_capability"?: Json | null,"rolled_back_at"?: string | null,"rolled_back_by_fix_id"?: number | null,"rollout"?: NonNullable<Json>,"service"?: string,"status"?: string,"superseded_at"?: string | null,"target"?: string,"touched"?: Json | null,"updated_at"?: string,"url"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "deployment_logs_previous_id_fkey"
      columns: ["previous_id"]
isOneToOne: false
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_logs_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_logs_repeats_id_fkey"
      columns: ["repeats_id"]
isOneToOne: false
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_logs_rolled_back_by_fix_id_fkey"
      columns: ["rolled_back_by_fix_id"]
isOneToOne: false
      referencedRelation: "auto_fixes"
      referencedColumns: ["id"]
    }
                  ]
                },"deployment_outcomes": {
                  Row: {
                    "decided_at": string,"deployment_id": number,"failed": boolean,"features": NonNullable<Json>,"project_id": number,"reason": string,"risk": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "decided_at": string,"deployment_id": number,"failed": boolean,"features": NonNullable<Json>,"project_id": number,"reason": string,"risk"?: number | null
                  }
                  Update: {
                    "decided_at"?: string,"deployment_id"?: number,"failed"?: boolean,"features"?: NonNullable<Json>,"project_id"?: number,"reason"?: string,"risk"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "deployment_outcomes_deployment_id_fkey"
      columns: ["deployment_id"]
isOneToOne: true
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "deployment_outcomes_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"detected_errors": {
                  Row: {
                    "archived_at": string | null,"category": string,"culprit": string | null,"diagnosed_at": string | null,"diagnosis": Json | null,"environment": string | null,"episode_event_count": number,"episode_request_count": number,"episode_session_count": number,"episode_started_at": string,"escalates_above": number | null,"event_count": number,"fingerprint": string,"fingerprint_version": number,"first_release": string | null,"first_seen_at": string,"forecast_at": string | null,"grouping_components": NonNullable<Json>,"id": number,"ignored_until": string | null,"ignored_until_count": number | null,"last_release": string | null,"last_seen_at": string,"level": string,"merged_at": string | null,"merged_event_count": number,"merged_into_id": number | null,"message_template_id": number | null,"own_first_release": string | null,"own_first_seen_at": string | null,"pattern_id": number | null,"platform": string,"project_id": number,"resolved_at": string | null,"resolved_in_release": string | null,"severity": string,"status": string,"symbolicated_at": string | null,"title": string,"type": string | null,"unsettled_at": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "archived_at"?: string | null,"category"?: string,"culprit"?: string | null,"diagnosed_at"?: string | null,"diagnosis"?: Json | null,"environment"?: string | null,"episode_event_count"?: number,"episode_request_count"?: number,"episode_session_count"?: number,"episode_started_at"?: string,"escalates_above"?: number | null,"event_count"?: number,"fingerprint": string,"fingerprint_version"?: number,"first_release"?: string | null,"first_seen_at"?: string,"forecast_at"?: string | null,"grouping_components"?: NonNullable<Json>,"id"?: never,"ignored_until"?: string | null,"ignored_until_count"?: number | null,"last_release"?: string | null,"last_seen_at"?: string,"level"?: string,"merged_at"?: string | null,"merged_event_count"?: number,"merged_into_id"?: number | null,"message_template_id"?: number | null,"own_first_release"?: string | null,"own_first_seen_at"?: string | null,"pattern_id"?: number | null,"platform"?: string,"project_id": number,"resolved_at"?: string | null,"resolved_in_release"?: string | null,"severity"?: string,"status"?: string,"symbolicated_at"?: string | null,"title": string,"type"?: string | null,"unsettled_at"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "archived_at"?: string | null,"category"?: string,"culprit"?: string | null,"diagnosed_at"?: string | null,"diagnosis"?: Json | null,"environment"?: string | null,"episode_event_count"?: number,"episode_request_count"?: number,"episode_session_count"?: number,"episode_started_at"?: string,"escalates_above"?: number | null,"event_count"?: number,"fingerprint"?: string,"fingerprint_version"?: number,"first_release"?: string | null,"first_seen_at"?: string,"forecast_at"?: string | null,"grouping_components"?: NonNullable<Json>,"id"?: never,"ignored_until"?: string | null,"ignored_until_count"?: number | null,"last_release"?: string | null,"last_seen_at"?: string,"level"?: string,"merged_at"?: string | null,"merged_event_count"?: number,"merged_into_id"?: number | null,"message_template_id"?: number | null,"own_first_release"?: string | null,"own_first_seen_at"?: string | null,"pattern_id"?: number | null,"platform"?: string,"project_id"?: number,"resolved_at"?: string | null,"resolved_in_release"?: string | null,"severity"?: string,"status"?: string,"symbolicated_at"?: string | null,"title"?: string,"type"?: string | null,"unsettled_at"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "detected_errors_merged_into_id_fkey"
      columns: ["merged_into_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "detected_errors_message_template_id_fkey"
      columns: ["message_template_id"]
isOneToOne: false
      referencedRelation: "message_templates"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "detected_errors_pattern_id_fkey"
      columns: ["pattern_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "detected_errors_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"edge_function_minutes": {
                  Row: {
                    "duration_ms_sum": number,"failed_request_count": number,"minute_at": string,"project_id": number,"request_count": number,"slug": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "duration_ms_sum": number,"failed_request_count": number,"minute_at": string,"project_id": number,"request_count": number,"slug": string,"version": number
                  }
                  Update: {
                    "duration_ms_sum"?: number,"failed_request_count"?: number,"minute_at"?: string,"project_id"?: number,"request_count"?: number,"slug"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "edge_function_minutes_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"engine_watch": {
                  Row: {
                    "held_until": string,"holder": string,"name": string
                  }
                  ComputedFields: never
                  Insert: {
                    "held_until": string,"holder": string,"name": string
                  }
                  Update: {
                    "held_until"?: string,"holder"?: string,"name"?: string
                  }
                  Relationships: [
                    
                  ]
                },"error_events": {
                  Row: {
                    "environment": string | null,"event_id": string,"issue_id": number,"level": string,"occurred_at": string,"origin_issue_id": number | null,"payload": NonNullable<Json>,"project_id": number,"received_at": string,"received_on": string,"release": string | null,"trace_id": string | null,"user_hash": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "environment"?: string | null,"event_id": string,"issue_id": number,"level": string,"occurred_at": string,"origin_issue_id"?: number | null,"payload": NonNullable<Json>,"project_id": number,"received_at"?: string,"received_on"?: string,"release"?: string | null,"trace_id"?: string | null,"user_hash"?: string | null
                  }
                  Update: {
                    "environment"?: string | null,"event_id"?: string,"issue_id"?: number,"level"?: string,"occurred_at"?: string,"origin_issue_id"?: number | null,"payload"?: NonNullable<Json>,"project_id"?: number,"received_at"?: string,"received_on"?: string,"release"?: string | null,"trace_id"?: string | null,"user_hash"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"error_minutes": {
                  Row: {
                    "environment": string,"event_count": number,"issue_id": number,"minute_at": string,"project_id": number,"release": string
                  }
                  ComputedFields: never
                  Insert: {
                    "environment"?: string,"event_count"?: number,"issue_id": number,"minute_at": string,"project_id": number,"release"?: string
                  }
                  Update: {
                    "environment"?: string,"event_count"?: number,"issue_id"?: number,"minute_at"?: string,"project_id"?: number,"release"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "error_minutes_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    }
                  ]
                },"execution_history": {
                  Row: {
                    "agent": string,"duration_ms": number | null,"error": string | null,"finished_at": string | null,"id": number,"inputs": NonNullable<Json>,"outputs": Json | null,"project_id": number | null,"started_at": string,"status": string,"task_type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent": string,"duration_ms"?: number | null,"error"?: string | null,"finished_at"?: string | null,"id"?: never,"inputs"?: NonNullable<Json>,"outputs"?: Json | null,"project_id"?: number | null,"started_at"?: string,"status"?: string,"task_type": string
                  }
                  Update: {
                    "agent"?: string,"duration_ms"?: number | null,"error"?: string | null,"finished_at"?: string | null,"id"?: never,"inputs"?: NonNullable<Json>,"outputs"?: Json | null,"project_id"?: number | null,"started_at"?: string,"status"?: string,"task_type"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "execution_history_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"fingerprint_rules": {
                  Row: {
                    "created_at": string,"created_by": string,"enabled": boolean,"fingerprint": (string)[],"id": number,"matchers": NonNullable<Json>,"note": string | null,"position": number,"project_id": number,"title": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string,"enabled"?: boolean,"fingerprint": (string)[],"id"?: never,"matchers": NonNullable<Json>,"note"?: string | null,"position"?: number,"project_id": number,"title"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string,"enabled"?: boolean,"fingerprint"?: (string)[],"id"?: never,"matchers"?: NonNullable<Json>,"note"?: string | null,"position"?: number,"project_id"?: number,"title"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "fingerprint_rules_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"function_minutes": {
                  Row: {
                    "call_count": number,"duration_ms_max": number,"duration_ms_sum": number,"error_count": number,"function_name": string,"minute_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "call_count"?: number,"duration_ms_max"?: number,"duration_ms_sum"?: number,"error_count"?: number,"function_name": string,"minute_at": string
                  }
                  Update: {
                    "call_count"?: number,"duration_ms_max"?: number,"duration_ms_sum"?: number,"error_count"?: number,"function_name"?: string,"minute_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"function_totals": {
                  Row: {
                    "bucket_counts": (number)[],"call_count": number,"duration_ms_sum": number,"function_name": string,"status_class": string
                  }
                  ComputedFields: never
                  Insert: {
                    "bucket_counts": (number)[],"call_count"?: number,"duration_ms_sum"?: number,"function_name": string,"status_class": string
                  }
                  Update: {
                    "bucket_counts"?: (number)[],"call_count"?: number,"duration_ms_sum"?: number,"function_name"?: string,"status_class"?: string
                  }
                  Relationships: [
                    
                  ]
                },"function_versions": {
                  Row: {
                    "body": Json | null,"body_bytes": number,"content_hash": string,"dependencies": NonNullable<Json>,"deployed_at": string,"deployment_id": number | null,"entrypoint_path": string,"id": number,"import_map_path": string | null,"name": string,"platform_hash": string | null,"project_id": number,"slug": string,"stored_at": string,"verify_jwt": boolean,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "body"?: Json | null,"body_bytes": number,"content_hash": string,"dependencies"?: NonNullable<Json>,"deployed_at": string,"deployment_id"?: number | null,"entrypoint_path": string,"id"?: never,"import_map_path"?: string | null,"name": string,"platform_hash"?: string | null,"project_id": number,"slug": string,"stored_at"?: string,"verify_jwt": boolean,"version": number
                  }
                  Update: {
                    "body"?: Json | null,"body_bytes"?: number,"content_hash"?: string,"dependencies"?: NonNullable<Json>,"deployed_at"?: string,"deployment_id"?: number | null,"entrypoint_path"?: string,"id"?: never,"import_map_path"?: string | null,"name"?: string,"platform_hash"?: string | null,"project_id"?: number,"slug"?: string,"stored_at"?: string,"verify_jwt"?: boolean,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "function_versions_deployment_id_fkey"
      columns: ["deployment_id"]
isOneToOne: false
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "function_versions_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"grouping_learning": {
                  Row: {
                    "learning": Json | null,"project_id": number,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "learning"?: Json | null,"project_id": number,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "learning"?: Json | null,"project_id"?: number,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "grouping_learning_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"heartbeats": {
                  Row: {
                    "environment": string,"interval_seconds": number | null,"last_check_in_at": string,"last_check_in_id": string | null,"last_duration_ms": number | null,"margin_seconds": number,"monitor_slug": string,"project_id": number,"status": string
                  }
                  ComputedFields: never
                  Insert: {
                    "environment"?: string,"interval_seconds"?: number | null,"last_check_in_at": string,"last_check_in_id"?: string | null,"last_duration_ms"?: number | null,"margin_seconds"?: number,"monitor_slug": string,"project_id": number,"status"?: string
                  }
                  Update: {
                    "environment"?: string,"interval_seconds"?: number | null,"last_check_in_at"?: string,"last_check_in_id"?: string | null,"last_duration_ms"?: number | null,"margin_seconds"?: number,"monitor_slug"?: string,"project_id"?: number,"status"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "heartbeats_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"ingest_keys": {
                  Row: {
                    "created_at": string,"events_per_minute": number | null,"id": number,"label": string,"project_id": number,"public_key": string,"revoked_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"events_per_minute"?: number | null,"id"?: never,"label"?: string,"project_id": number,"public_key"?: string,"revoked_at"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"events_per_minute"?: number | null,"id"?: never,"label"?: string,"project_id"?: number,"public_key"?: string,"revoked_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "ingest_keys_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"integrations": {
                  Row: {
                    "configuration": NonNullable<Json>,"created_at": string,"enabled": boolean,"id": number,"kind": string,"name": string,"project_id": number,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "configuration"?: NonNullable<Json>,"created_at"?: string,"enabled"?: boolean,"id"?: never,"kind": string,"name"?: string,"project_id": number,"updated_at"?: string
                  }
                  Update: {
                    "configuration"?: NonNullable<Json>,"created_at"?: string,"enabled"?: boolean,"id"?: never,"kind"?: string,"name"?: string,"project_id"?: number,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "integrations_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"issue_rates": {
                  Row: {
                    "hourly_p95": number,"measured_at": string,"project_id": number
                  }
                  ComputedFields: never
                  Insert: {
                    "hourly_p95": number,"measured_at": string,"project_id": number
                  }
                  Update: {
                    "hourly_p95"?: number,"measured_at"?: string,"project_id"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "issue_rates_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"jobs": {
                  Row: {
                    "attempt_count": number,"claimed_at": string | null,"created_at": string,"dedupe_key": string | null,"finished_at": string | null,"fix_id": number | null,"id": number,"issue_id": number | null,"kind": string,"last_error": string | null,"lease_owner": string | null,"leased_until": string | null,"max_attempts": number,"payload": NonNullable<Json>,"priority": number,"project_id": number | null,"run_at": string,"state": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempt_count"?: number,"claimed_at"?: string | null,"created_at"?: string,"dedupe_key"?: string | null,"finished_at"?: string | null,"fix_id"?: number | null,"id"?: never,"issue_id"?: number | null,"kind": string,"last_error"?: string | null,"lease_owner"?: string | null,"leased_until"?: string | null,"max_attempts"?: number,"payload"?: NonNullable<Json>,"priority"?: number,"project_id"?: number | null,"run_at"?: string,"state"?: string
                  }
                  Update: {
                    "attempt_count"?: number,"claimed_at"?: string | null,"created_at"?: string,"dedupe_key"?: string | null,"finished_at"?: string | null,"fix_id"?: number | null,"id"?: never,"issue_id"?: number | null,"kind"?: string,"last_error"?: string | null,"lease_owner"?: string | null,"leased_until"?: string | null,"max_attempts"?: number,"payload"?: NonNullable<Json>,"priority"?: number,"project_id"?: number | null,"run_at"?: string,"state"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "jobs_fix_id_fkey"
      columns: ["fix_id"]
isOneToOne: false
      referencedRelation: "auto_fixes"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "jobs_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "jobs_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"lessons": {
                  Row: {
                    "confidence": number,"counts_for_calibration": boolean,"created_at": string,"explanation": string,"fix_id": number,"id": number,"outcome": string,"project_id": number,"record": NonNullable<Json>,"success": boolean | null
                  }
                  ComputedFields: never
                  Insert: {
                    "confidence": number,"counts_for_calibration": boolean,"created_at"?: string,"explanation": string,"fix_id": number,"id"?: never,"outcome": string,"project_id": number,"record": NonNullable<Json>,"success"?: boolean | null
                  }
                  Update: {
                    "confidence"?: number,"counts_for_calibration"?: boolean,"created_at"?: string,"explanation"?: string,"fix_id"?: number,"id"?: never,"outcome"?: string,"project_id"?: number,"record"?: NonNullable<Json>,"success"?: boolean | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "lessons_fix_id_fkey"
      columns: ["fix_id"]
isOneToOne: false
      referencedRelation: "auto_fixes"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "lessons_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"merged_minutes": {
                  Row: {
                    "environment": string,"event_count": number,"minute_at": string,"origin_issue_id": number,"project_id": number,"release": string
                  }
                  ComputedFields: never
                  Insert: {
                    "environment"?: string,"event_count": number,"minute_at": string,"origin_issue_id": number,"project_id": number,"release"?: string
                  }
                  Update: {
                    "environment"?: string,"event_count"?: number,"minute_at"?: string,"origin_issue_id"?: number,"project_id"?: number,"release"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "merged_minutes_origin_issue_id_fkey"
      columns: ["origin_issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "merged_minutes_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"message_templates": {
                  Row: {
                    "first_seen_at": string,"id": number,"last_seen_at": string,"line_count": number,"number": number,"project_id": number,"template": string
                  }
                  ComputedFields: never
                  Insert: {
                    "first_seen_at": string,"id"?: never,"last_seen_at": string,"line_count"?: number,"number": number,"project_id": number,"template": string
                  }
                  Update: {
                    "first_seen_at"?: string,"id"?: never,"last_seen_at"?: string,"line_count"?: number,"number"?: number,"project_id"?: number,"template"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "message_templates_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"model_usage": {
                  Row: {
                    "call_count": number,"cost_micros": number,"day": string,"project_id": number,"refused_count": number,"token_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "call_count"?: number,"cost_micros"?: number,"day": string,"project_id": number,"refused_count"?: number,"token_count"?: number
                  }
                  Update: {
                    "call_count"?: number,"cost_micros"?: number,"day"?: string,"project_id"?: number,"refused_count"?: number,"token_count"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "model_usage_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"pattern_examples": {
                  Row: {
                    "action": string,"failure_count": number,"id": number,"pattern_id": number,"position": number,"shape": NonNullable<Json>,"success_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"failure_count": number,"id"?: never,"pattern_id": number,"position": number,"shape": NonNullable<Json>,"success_count": number
                  }
                  Update: {
                    "action"?: string,"failure_count"?: number,"id"?: never,"pattern_id"?: number,"position"?: number,"shape"?: NonNullable<Json>,"success_count"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "pattern_examples_pattern_id_fkey"
      columns: ["pattern_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    }
                  ]
                },"pattern_feedback": {
                  Row: {
                    "created_at": string,"given_by": string,"id": number,"is_right": boolean,"issue_id": number,"pattern_id": number,"project_id": number,"reason": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"given_by"?: string,"id"?: never,"is_right": boolean,"issue_id": number,"pattern_id": number,"project_id": number,"reason": string
                  }
                  Update: {
                    "created_at"?: string,"given_by"?: string,"id"?: never,"is_right"?: boolean,"issue_id"?: number,"pattern_id"?: number,"project_id"?: number,"reason"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "pattern_feedback_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "pattern_feedback_pattern_id_fkey"
      columns: ["pattern_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "pattern_feedback_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"pattern_history": {
                  Row: {
                    "actions": NonNullable<Json>,"category": string,"confidence": number,"created_at": string,"failure_count": number,"id": number,"match": NonNullable<Json>,"pattern_id": number,"reason": string,"status": string,"success_count": number,"title": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "actions": NonNullable<Json>,"category": string,"confidence": number,"created_at"?: string,"failure_count": number,"id"?: never,"match": NonNullable<Json>,"pattern_id": number,"reason": string,"status": string,"success_count": number,"title": string,"version": number
                  }
                  Update: {
                    "actions"?: NonNullable<Json>,"category"?: string,"confidence"?: number,"created_at"?: string,"failure_count"?: number,"id"?: never,"match"?: NonNullable<Json>,"pattern_id"?: number,"reason"?: string,"status"?: string,"success_count"?: number,"title"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "pattern_history_pattern_id_fkey"
      columns: ["pattern_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    }
                  ]
                },"pattern_observations": {
                  Row: {
                    "action": string,"created_at": string,"fix_id": number,"id": number,"issue_id": number,"outcome": string,"pattern_id": number | null,"project_id": number,"shape": NonNullable<Json>,"shareable": boolean,"success": boolean,"tokens": (string)[]
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"created_at"?: string,"fix_id": number,"id"?: never,"issue_id": number,"outcome": string,"pattern_id"?: number | null,"project_id": number,"shape": NonNullable<Json>,"shareable": boolean,"success": boolean,"tokens": (string)[]
                  }
                  Update: {
                    "action"?: string,"created_at"?: string,"fix_id"?: number,"id"?: never,"issue_id"?: number,"outcome"?: string,"pattern_id"?: number | null,"project_id"?: number,"shape"?: NonNullable<Json>,"shareable"?: boolean,"success"?: boolean,"tokens"?: (string)[]
                  }
                  Relationships: [
                    {
      foreignKeyName: "pattern_observations_fix_id_fkey"
      columns: ["fix_id"]
isOneToOne: false
      referencedRelation: "auto_fixes"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "pattern_observations_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "pattern_observations_pattern_id_fkey"
      columns: ["pattern_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "pattern_observations_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"project_members": {
                  Row: {
                    "created_at": string,"project_id": number,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"project_id": number,"role"?: string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"project_id"?: number,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "project_members_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"projects": {
                  Row: {
                    "created_at": string,"created_by": string | null,"dry_run": boolean,"healing_enabled": boolean,"id": number,"mode": string,"name": string,"slug": string,"time_zone": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"dry_run"?: boolean,"healing_enabled"?: boolean,"id"?: never,"mode"?: string,"name": string,"slug": string,"time_zone"?: string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"dry_run"?: boolean,"healing_enabled"?: boolean,"id"?: never,"mode"?: string,"name"?: string,"slug"?: string,"time_zone"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"reasonings": {
                  Row: {
                    "completion_tokens": number,"content": NonNullable<Json>,"cost_micros": number,"created_at": string,"fingerprint": string,"fresh_until": string,"id": number,"issue_id": number,"model": string,"project_id": number,"prompt_tokens": number,"prompt_version": number,"reason": string | null,"status": string
                  }
                  ComputedFields: never
                  Insert: {
                    "completion_tokens"?: number,"content": NonNullable<Json>,"cost_micros"?: number,"created_at"?: string,"fingerprint": string,"fresh_until": string,"id"?: never,"issue_id": number,"model": string,"project_id": number,"prompt_tokens"?: number,"prompt_version": number,"reason"?: string | null,"status": string
                  }
                  Update: {
                    "completion_tokens"?: number,"content"?: NonNullable<Json>,"cost_micros"?: number,"created_at"?: string,"fingerprint"?: string,"fresh_until"?: string,"id"?: never,"issue_id"?: number,"model"?: string,"project_id"?: number,"prompt_tokens"?: number,"prompt_version"?: number,"reason"?: string | null,"status"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "reasonings_issue_id_fkey"
      columns: ["issue_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "reasonings_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"risk_models": {
                  Row: {
                    "effective": NonNullable<Json>,"model": NonNullable<Json>,"outcome_count": number,"project_id": number,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "effective": NonNullable<Json>,"model": NonNullable<Json>,"outcome_count": number,"project_id": number,"updated_at": string,"version"?: number
                  }
                  Update: {
                    "effective"?: NonNullable<Json>,"model"?: NonNullable<Json>,"outcome_count"?: number,"project_id"?: number,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "risk_models_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"risk_pool": {
                  Row: {
                    "evidence": NonNullable<Json>,"name": string,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "evidence": NonNullable<Json>,"name"?: string,"updated_at": string,"version"?: number
                  }
                  Update: {
                    "evidence"?: NonNullable<Json>,"name"?: string,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    
                  ]
                },"source_maps": {
                  Row: {
                    "byte_count": number,"content": string,"content_hash": string,"created_at": string,"debug_id": string | null,"file": string | null,"id": number,"project_id": number,"release": string | null,"uploaded_by": string
                  }
                  ComputedFields: never
                  Insert: {
                    "byte_count": number,"content": string,"content_hash": string,"created_at"?: string,"debug_id"?: string | null,"file"?: string | null,"id"?: never,"project_id": number,"release"?: string | null,"uploaded_by": string
                  }
                  Update: {
                    "byte_count"?: number,"content"?: string,"content_hash"?: string,"created_at"?: string,"debug_id"?: string | null,"file"?: string | null,"id"?: never,"project_id"?: number,"release"?: string | null,"uploaded_by"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "source_maps_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"system_config": {
                  Row: {
                    "changed_by": string,"created_at": string,"id": number,"idempotency_key": string | null,"key": string,"project_id": number | null,"reason": string | null,"reverts_version": number | null,"value": NonNullable<Json>,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "changed_by"?: string,"created_at"?: string,"id"?: never,"idempotency_key"?: string | null,"key": string,"project_id"?: number | null,"reason"?: string | null,"reverts_version"?: number | null,"value": NonNullable<Json>,"version": number
                  }
                  Update: {
                    "changed_by"?: string,"created_at"?: string,"id"?: never,"idempotency_key"?: string | null,"key"?: string,"project_id"?: number | null,"reason"?: string | null,"reverts_version"?: number | null,"value"?: NonNullable<Json>,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "system_config_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"template_states": {
                  Row: {
                    "mined_event_id": string | null,"mined_until": string,"project_id": number,"state": Json | null,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "mined_event_id"?: string | null,"mined_until"?: string,"project_id": number,"state"?: Json | null,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "mined_event_id"?: string | null,"mined_until"?: string,"project_id"?: number,"state"?: Json | null,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "template_states_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"traffic_minutes": {
                  Row: {
                    "crashed_session_count": number,"duration_ms_sum": number,"environment": string,"failed_request_count": number,"minute_at": string,"project_id": number,"release": string,"request_count": number,"session_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "crashed_session_count"?: number,"duration_ms_sum"?: number,"environment"?: string,"failed_request_count"?: number,"minute_at": string,"project_id": number,"release"?: string,"request_count"?: number,"session_count"?: number
                  }
                  Update: {
                    "crashed_session_count"?: number,"duration_ms_sum"?: number,"environment"?: string,"failed_request_count"?: number,"minute_at"?: string,"project_id"?: number,"release"?: string,"request_count"?: number,"session_count"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "traffic_minutes_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"traffic_totals": {
                  Row: {
                    "project_id": number,"request_count": number,"session_count": number,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "project_id": number,"request_count"?: number,"session_count"?: number,"updated_at"?: string
                  }
                  Update: {
                    "project_id"?: number,"request_count"?: number,"session_count"?: number,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "traffic_totals_project_id_fkey"
      columns: ["project_id"]
isOneToOne: true
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"turning_points": {
                  Row: {
                    "actor": string,"data": NonNullable<Json>,"decision_id": number | null,"fix_id": number | null,"happened_at": string,"hash": string,"id": number,"issue_id": number | null,"kind": string,"previous_hash": string,"project_id": number,"sequence": number,"summary": string
                  }
                  ComputedFields: never
                  Insert: {
                    "actor": string,"data"?: NonNullable<Json>,"decision_id"?: number | null,"fix_id"?: number | null,"happened_at": string,"hash": string,"id"?: never,"issue_id"?: number | null,"kind": string,"previous_hash": string,"project_id": number,"sequence": number,"summary": string
                  }
                  Update: {
                    "actor"?: string,"data"?: NonNullable<Json>,"decision_id"?: number | null,"fix_id"?: number | null,"happened_at"?: string,"hash"?: string,"id"?: never,"issue_id"?: number | null,"kind"?: string,"previous_hash"?: string,"project_id"?: number,"sequence"?: number,"summary"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "turning_points_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"universal_error_patterns": {
                  Row: {
                    "actions": NonNullable<Json>,"category": string,"confidence": number,"created_at": string,"documentation_url": string | null,"explanation": string,"failure_count": number,"failure_weight": number,"held": boolean,"id": number,"last_used_at": string | null,"match": NonNullable<Json>,"project_count": number,"severity": string,"slug": string,"source": string,"split_from_id": number | null,"status": string,"success_count": number,"success_weight": number,"title": string,"updated_at": string,"version": number,"weighed_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "actions"?: NonNullable<Json>,"category": string,"confidence"?: number,"created_at"?: string,"documentation_url"?: string | null,"explanation": string,"failure_count"?: number,"failure_weight"?: number,"held"?: boolean,"id"?: never,"last_used_at"?: string | null,"match": NonNullable<Json>,"project_count"?: number,"severity"?: string,"slug": string,"source"?: string,"split_from_id"?: number | null,"status"?: string,"success_count"?: number,"success_weight"?: number,"title": string,"updated_at"?: string,"version"?: number,"weighed_at"?: string
                  }
                  Update: {
                    "actions"?: NonNullable<Json>,"category"?: string,"confidence"?: number,"created_at"?: string,"documentation_url"?: string | null,"explanation"?: string,"failure_count"?: number,"failure_weight"?: number,"held"?: boolean,"id"?: never,"last_used_at"?: string | null,"match"?: NonNullable<Json>,"project_count"?: number,"severity"?: string,"slug"?: string,"source"?: string,"split_from_id"?: number | null,"status"?: string,"success_count"?: number,"success_weight"?: number,"title"?: string,"updated_at"?: string,"version"?: number,"weighed_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "universal_error_patterns_split_from_id_fkey"
      columns: ["split_from_id"]
isOneToOne: false
      referencedRelation: "universal_error_patterns"
      referencedColumns: ["id"]
    }
                  ]
                },"vercel_deployments": {
                  Row: {
                    "deployment_id": number,"inspector_url": string | null,"meta": NonNullable<Json>,"name": string,"plan": string | null,"project_id": number,"rolling_release": Json | null,"state": string,"updated_at": string,"url": string | null,"vercel_created_at": string | null,"vercel_deployment_id": string,"vercel_project_id": string,"vercel_target": string | null,"vercel_team_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "deployment_id": number,"inspector_url"?: string | null,"meta"?: NonNullable<Json>,"name": string,"plan"?: string | null,"project_id": number,"rolling_release"?: Json | null,"state": string,"updated_at"?: string,"url"?: string | null,"vercel_created_at"?: string | null,"vercel_deployment_id": string,"vercel_project_id": string,"vercel_target"?: string | null,"vercel_team_id"?: string | null
                  }
                  Update: {
                    "deployment_id"?: number,"inspector_url"?: string | null,"meta"?: NonNullable<Json>,"name"?: string,"plan"?: string | null,"project_id"?: number,"rolling_release"?: Json | null,"state"?: string,"updated_at"?: string,"url"?: string | null,"vercel_created_at"?: string | null,"vercel_deployment_id"?: string,"vercel_project_id"?: string,"vercel_target"?: string | null,"vercel_team_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "vercel_deployments_deployment_id_fkey"
      columns: ["deployment_id"]
isOneToOne: true
      referencedRelation: "deployment_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "vercel_deployments_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"webhook_deliveries": {
                  Row: {
                    "digest": string,"event": string,"outcome": string,"project_id": number,"received_at": string,"source": string
                  }
                  ComputedFields: never
                  Insert: {
                    "digest": string,"event": string,"outcome": string,"project_id": number,"received_at"?: string,"source": string
                  }
                  Update: {
                    "digest"?: string,"event"?: string,"outcome"?: string,"project_id"?: number,"received_at"?: string,"source"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "webhook_deliveries_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Views: {
            "current_config": {
                  Row: {
                    "changed_by": string,"created_at": string,"key": string,"project_id": number | null,"reason": string | null,"value": NonNullable<Json>,"version": number
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "system_config_project_id_fkey"
      columns: ["project_id"]
isOneToOne: false
      referencedRelation: "projects"
      referencedColumns: ["id"]
    }
                  ]
                },"schedule_runs": {
                  Row: {
                    "finished_at": string | null,"message": string | null,"schedule": string | null,"started_at": string | null,"status": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"self_health": {
                  Row: {
                    "kind": string | null,"measured": Json | null,"part": string | null,"score": number | null,"summary": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                }
          }
          Functions: {
            "accept_delivery":
{ Args: { "p_digest": string,"p_event": string,"p_now"?: string,"p_outcome": string,"p_project_id": number,"p_source": string }; Returns: boolean
                           },
"action_configuration_read":
{ Args: { "p_key": string,"p_project_id": number,"p_version"?: number,"p_written_by"?: string }; Returns: Json
                           },
"action_configuration_set":
{ Args: { "p_expected_version": number,"p_idempotency_key": string,"p_key": string,"p_project_id": number,"p_reason": string,"p_reverts_version"?: number,"p_value": Json }; Returns: Json
                           },
"action_postgres_analyze":
{ Args: { "p_idempotency_key": string,"p_project_id": number,"p_schema": string,"p_table": string }; Returns: Json
                           },
"action_postgres_backend":
{ Args: { "p_backend_started_at": string,"p_pid": number,"p_project_id": number }; Returns: Json
                           },
"action_postgres_cancel_query":
{ Args: { "p_backend_started_at": string,"p_idempotency_key": string,"p_pid": number,"p_project_id": number,"p_query_started_at": string }; Returns: Json
                           },
"action_postgres_create_index":
{ Args: { "p_columns": (string)[],"p_idempotency_key": string,"p_project_id": number,"p_schema": string,"p_table": string }; Returns: Json
                           },
"action_postgres_drop_index":
{ Args: { "p_applied_key": string,"p_idempotency_key": string,"p_project_id": number }; Returns: Json
                           },
"action_postgres_effect":
{ Args: { "p_idempotency_key": string,"p_now": string,"p_project_id": number }; Returns: Json
                           },
"action_postgres_end_session":
{ Args: { "p_backend_started_at": string,"p_idempotency_key": string,"p_min_seconds": number,"p_mode": string,"p_pid": number,"p_project_id": number }; Returns: Json
                           },
"action_postgres_refresh_view":
{ Args: { "p_idempotency_key": string,"p_project_id": number,"p_schema": string,"p_view": string }; Returns: Json
                           },
"action_postgres_reindex":
{ Args: { "p_idempotency_key": string,"p_index": string,"p_project_id": number,"p_schema": string }; Returns: Json
                           },
"action_postgres_relation":
{ Args: { "p_name": string,"p_project_id": number,"p_schema": string }; Returns: Json
                           },
"action_postgres_requeue_dead_jobs":
{ Args: { "p_idempotency_key": string,"p_limit": number,"p_project_id": number,"p_queue": string }; Returns: Json
                           },
"action_postgres_return_jobs":
{ Args: { "p_applied_key": string,"p_idempotency_key": string,"p_project_id": number }; Returns: Json
                           },
"action_postgres_vacuum":
{ Args: { "p_idempotency_key": string,"p_project_id": number,"p_schema": string,"p_table": string }; Returns: Json
                           },
"active_config_rollouts":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"active_patterns":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"advance_config_rollout":
{ Args: { "p_key": string,"p_project_id": number,"p_share": number,"p_version": number }; Returns: {
              "ended_at": string | null,
"id": number,
"key": string,
"previous_version": number | null,
"project_id": number,
"share": number,
"stage_started_at": string,
"stages": (number)[],
"started_at": string,
"started_by": string,
"status": string,
"steps": NonNullable<Json>,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "config_rollouts"
        isOneToOne: true
        isSetofReturn: false
      } },
"advance_fix":
{ Args: { "p_changes"?: Json,"p_fix_id": number,"p_from": string,"p_now"?: string,"p_to": string }; Returns: boolean
                           },
"archived_issues":
{ Args: { "p_limit"?: number,"p_now"?: string }; Returns: Json
                           },
"begin_canary_advance":
{ Args: { "p_judgement_id": number,"p_now"?: string,"p_target_key": string }; Returns: Json
                           },
"begin_fix":
{ Args: { "p_before": Json,"p_fix_id": number,"p_now"?: string }; Returns: Json
                           },
"blame_observation":
{ Args: { "p_known_issues"?: (number)[],"p_project_id": number,"p_since": string,"p_until": string }; Returns: Json
                           },
"breaker_load":
{ Args: { "p_names": (string)[] }; Returns: {
              "name": string,"state": Json,"version": number
            }[]
                           },
"breaker_report":
{ Args: { "p_expected_version": number,"p_metrics": Json,"p_name": string,"p_state": Json }; Returns: Json
                           },
"calibration_forecasts":
{ Args: Record<PropertyKey, never>; Returns: {
              "confidence": number,"success": boolean
            }[]
                           },
"canary_counts":
{ Args: { "p_project_id": number,"p_since": string,"p_until": string }; Returns: Json
                           },
"canary_settings":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"change_config":
{ Args: { "p_expected_version"?: number,"p_idempotency_key"?: string,"p_key": string,"p_project_id": number,"p_reason"?: string,"p_reverts_version"?: number,"p_value": Json }; Returns: {
              "changed_by": string,
"created_at": string,
"id": number,
"idempotency_key": string | null,
"key": string,
"project_id": number | null,
"reason": string | null,
"reverts_version": number | null,
"value": NonNullable<Json>,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "system_config"
        isOneToOne: true
        isSetofReturn: false
      } },
"change_pattern":
{ Args: { "p_changes": Json,"p_reason": string,"p_slug": string }; Returns: boolean
                           },
"claim_jobs":
{ Args: { "p_kinds"?: (string)[],"p_lease_seconds": number,"p_limit": number,"p_now"?: string,"p_worker": string }; Returns: {
              "attempt_count": number,
"claimed_at": string | null,
"created_at": string,
"dedupe_key": string | null,
"finished_at": string | null,
"fix_id": number | null,
"id": number,
"issue_id": number | null,
"kind": string,
"last_error": string | null,
"lease_owner": string | null,
"leased_until": string | null,
"max_attempts": number,
"payload": NonNullable<Json>,
"priority": number,
"project_id": number | null,
"run_at": string,
"state": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "jobs"
        isOneToOne: false
        isSetofReturn: true
      } },
"config_in_force":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"control_status":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"deployment_history":
{ Args: { "p_now"?: string,"p_project_id": number }; Returns: Json
                           },
"deployment_lines":
{ Args: { "p_now"?: string,"p_per_line"?: number,"p_project_id": number }; Returns: Json
                           },
"deployment_metrics":
{ Args: { "p_limit"?: number,"p_now"?: string,"p_project_id": number }; Returns: {
              "at": string,"crashed_sessions": number,"deployment_id": number,"duration_ms_sum": number,"failures": number,"is_recent": boolean,"line": string,"new_issues": number,"requests": number,"sessions": number
            }[]
                           },
"deployment_monitor_projects":
{ Args: { "p_now"?: string }; Returns: Json
                           },
"deployment_outcomes_due":
{ Args: { "p_now"?: string,"p_project_id": number }; Returns: Json
                           },
"deployment_outcomes_past":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"deployment_suspects":
{ Args: { "p_issue_id": number,"p_now"?: string }; Returns: Json
                           },
"edge_function_logs_from":
{ Args: { "p_now"?: string,"p_project_id": number }; Returns: string
                           },
"end_canary_advance":
{ Args: { "p_judgement_id": number,"p_now"?: string,"p_reason": string,"p_state": string }; Returns: boolean
                           },
"fail_job":
{ Args: { "p_error": string,"p_job_id": number,"p_now"?: string,"p_retry"?: boolean,"p_worker": string }; Returns: string
                           },
"find_source_maps":
{ Args: { "p_files": Json,"p_project_id": number,"p_release": string }; Returns: Json
                           },
"finish_job":
{ Args: { "p_job_id": number,"p_now"?: string,"p_worker": string }; Returns: boolean
                           },
"fix_context":
{ Args: { "p_fix_id": number,"p_now"?: string }; Returns: Json
                           },
"function_version":
{ Args: { "p_project_id": number,"p_slug": string,"p_version": number }; Returns: Json
                           },
"get_threshold":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"give_pattern_feedback":
{ Args: { "p_is_right": boolean,"p_issue_id": number,"p_reason": string,"p_slug": string }; Returns: boolean
                           },
"grouping_settings":
{ Args: { "p_known": Json }; Returns: Json
                           },
"heal_context":
{ Args: { "p_issue_id": number,"p_now"?: string }; Returns: Json
                           },
"heal_issue":
{ Args: { "p_issue_id": number }; Returns: Json
                           },
"healing_statistics":
{ Args: { "p_project_id": number,"p_since": string }; Returns: Json
                           },
"hold_watch":
{ Args: { "p_holder": string,"p_now"?: string,"p_seconds": number }; Returns: boolean
                           },
"import_patterns":
{ Args: { "p_patterns": Json,"p_reason": string }; Returns: Json
                           },
"inspect_database":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"integration_secret":
{ Args: { "p_kind": string,"p_name": string,"p_project_id": number }; Returns: string
                           },
"issues_of":
{ Args: { "p_issue_ids": (number)[] }; Returns: Json
                           },
"kill_switch":
{ Args: { "p_project_id": number }; Returns: string
                           },
"lines_to_mine":
{ Args: { "p_limit": number,"p_now"?: string,"p_project_id": number }; Returns: Json
                           },
"load_blame":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"may_operate":
{ Args: { "p_project_id": number }; Returns: undefined
                           },
"merge_issues":
{ Args: { "p_actor": string,"p_expected_version": number,"p_from": (number)[],"p_into": number,"p_learning": Json,"p_now"?: string,"p_project_id": number,"p_reason": string }; Returns: Json
                           },
"metrics_snapshot":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"model_proposals":
{ Args: { "p_issue_id": number,"p_model": string,"p_prompt_version": number }; Returns: Json
                           },
"name_issue":
{ Args: { "p_issue_id": number,"p_name": Json,"p_now"?: string }; Returns: Json
                           },
"next_job_at":
{ Args: { "p_kinds"?: (string)[] }; Returns: string
                           },
"observation_context":
{ Args: { "p_fix_id": number }; Returns: Json
                           },
"open_manual_issue":
{ Args: { "p_action": string,"p_component": string,"p_project_id": number }; Returns: number
                           },
"pattern_evidence":
{ Args: { "p_limit"?: number,"p_slug": string }; Returns: Json
                           },
"pattern_outcomes":
{ Args: { "p_slug": string }; Returns: Json
                           },
"pattern_stats":
{ Args: { "p_project_id"?: number,"p_slugs"?: (string)[] }; Returns: Json
                           },
"postpone_job":
{ Args: { "p_job_id": number,"p_payload"?: Json,"p_run_at": string,"p_worker": string }; Returns: boolean
                           },
"publish_patterns":
{ Args: { "p_patterns": Json }; Returns: number
                           },
"queue_diagnosis":
{ Args: { "p_issue_id": number,"p_run_at"?: string }; Returns: undefined
                           },
"queue_reasoning":
{ Args: { "p_issue_id": number,"p_model": string,"p_now"?: string,"p_prompt_version": number }; Returns: boolean
                           },
"queue_template_mining":
{ Args: { "p_now"?: string }; Returns: number
                           },
"raise_canary_issue":
{ Args: { "p_candidate": string,"p_judgement_id": number,"p_now"?: string,"p_occurrences": number,"p_probability": number,"p_title": string }; Returns: number
                           },
"raise_rate_issue":
{ Args: { "p_deployment_id": number,"p_episode_at": string,"p_now"?: string,"p_project_id": number }; Returns: boolean
                           },
"read_source_map":
{ Args: { "p_id": number }; Returns: string
                           },
"reasoning_context":
{ Args: { "p_issue_id": number }; Returns: Json
                           },
"record_batch":
{ Args: { "p_batch": Json,"p_now"?: string }; Returns: Json
                           },
"record_commit":
{ Args: { "p_commit": Json,"p_now"?: string,"p_project_id": number }; Returns: undefined
                           },
"record_deployment":
{ Args: { "p_deployment": Json,"p_now"?: string,"p_project_id": number }; Returns: Json
                           },
"record_function_calls":
{ Args: { "p_calls": Json }; Returns: undefined
                           },
"record_function_errors":
{ Args: { "p_errors": Json }; Returns: number
                           },
"record_observation":
{ Args: { "p_fix_id": number,"p_now"?: string,"p_observation": Json }; Returns: number
                           },
"record_vercel_deployment":
{ Args: { "p_deployment_id": number,"p_vercel": Json }; Returns: undefined
                           },
"replace_fingerprint_rules":
{ Args: { "p_note": string,"p_project_id": number,"p_rules": Json }; Returns: number
                           },
"reserve_model_budget":
{ Args: { "p_cost_micros": number,"p_now"?: string,"p_project_id": number,"p_tokens": number }; Returns: boolean
                           },
"risk_state":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"save_blame":
{ Args: { "p_expected_version": number,"p_now"?: string,"p_project_id": number,"p_state": Json }; Returns: boolean
                           },
"save_canary_judgement":
{ Args: { "p_judgement": Json,"p_now"?: string,"p_project_id": number }; Returns: Json
                           },
"save_correlations":
{ Args: { "p_now"?: string,"p_project_id": number,"p_queue"?: boolean,"p_rows": Json }; Returns: Json
                           },
"save_deployment_findings":
{ Args: { "p_findings": Json,"p_now"?: string,"p_project_id": number }; Returns: number
                           },
"save_risk_learning":
{ Args: { "p_effective": Json,"p_expected_pool_version": number,"p_expected_version": number,"p_model": Json,"p_now"?: string,"p_outcomes": Json,"p_pool": Json,"p_project_id": number }; Returns: boolean
                           },
"save_templates":
{ Args: { "p_expected_version": number,"p_issues": Json,"p_mined_event_id": string,"p_mined_until": string,"p_project_id": number,"p_state": Json,"p_templates": Json }; Returns: boolean
                           },
"save_verification":
{ Args: { "p_fix_id": number,"p_verification": Json }; Returns: boolean
                           },
"search_issues":
{ Args: { "p_after_at": string,"p_after_id": number,"p_limit": number,"p_project_id": number,"p_release": string,"p_severity": string,"p_statuses": (string)[],"p_text": string }; Returns: Json
                           },
"search_patterns":
{ Args: { "p_after"?: string,"p_category"?: string,"p_limit"?: number,"p_source"?: string,"p_status"?: string,"p_text": string }; Returns: Json
                           },
"self_health":
{ Args: { "p_now"?: string }; Returns: Json
                           },
"set_dry_run":
{ Args: { "p_enabled": boolean,"p_project_id": number,"p_reason": string }; Returns: Json
                           },
"set_integration_secret":
{ Args: { "p_kind": string,"p_name": string,"p_project_id": number,"p_secret": string }; Returns: undefined
                           },
"set_kill_switch":
{ Args: { "p_active": boolean,"p_project_id": number,"p_reason": string }; Returns: Json
                           },
"set_mode":
{ Args: { "p_action": string,"p_mode": string,"p_project_id": number,"p_reason": string }; Returns: Json
                           },
"set_threshold":
{ Args: { "p_expected_version": number,"p_project_id": number,"p_reason": string,"p_threshold": number }; Returns: Json
                           },
"settle_events":
{ Args: { "p_limit"?: number }; Returns: number
                           },
"settle_model_budget":
{ Args: { "p_cost_change_micros": number,"p_now"?: string,"p_project_id": number,"p_token_change": number }; Returns: undefined
                           },
"similar_fixes":
{ Args: { "p_issue_id": number,"p_limit"?: number }; Returns: Json
                           },
"similar_observations":
{ Args: { "p_limit"?: number,"p_now"?: string,"p_observation_id": number }; Returns: Json
                           },
"split_issue":
{ Args: { "p_actor": string,"p_expected_version": number,"p_groups": Json,"p_issue_id": number,"p_learning": Json,"p_now"?: string,"p_reason": string }; Returns: Json
                           },
"split_pattern":
{ Args: { "p_patterns": Json,"p_reason": string,"p_slug": string }; Returns: boolean
                           },
"start_config_rollout":
{ Args: { "p_expected_version": number,"p_key": string,"p_project_id": number,"p_reason"?: string,"p_stages": (number)[],"p_value": Json }; Returns: {
              "ended_at": string | null,
"id": number,
"key": string,
"previous_version": number | null,
"project_id": number,
"share": number,
"stage_started_at": string,
"stages": (number)[],
"started_at": string,
"started_by": string,
"status": string,
"steps": NonNullable<Json>,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "config_rollouts"
        isOneToOne: true
        isSetofReturn: false
      } },
"store_decision":
{ Args: { "p_decision": Json,"p_now"?: string }; Returns: Json
                           },
"store_edge_function_minutes":
{ Args: { "p_minutes": Json,"p_project_id": number }; Returns: number
                           },
"store_forecasts":
{ Args: { "p_forecasts": Json,"p_now"?: string }; Returns: number
                           },
"store_function_version":
{ Args: { "p_project_id": number,"p_version": Json }; Returns: undefined
                           },
"store_lesson":
{ Args: { "p_fix_id": number,"p_lesson": Json,"p_now"?: string }; Returns: boolean
                           },
"store_pattern":
{ Args: { "p_now"?: string,"p_pattern": Json,"p_reason": string }; Returns: string
                           },
"store_pattern_examples":
{ Args: { "p_examples": Json,"p_slug": string }; Returns: undefined
                           },
"store_reasoning":
{ Args: { "p_now"?: string,"p_reasoning": Json }; Returns: number
                           },
"store_source_map":
{ Args: { "p_map": Json,"p_now"?: string }; Returns: Json
                           },
"sweep_heartbeats":
{ Args: { "p_now"?: string }; Returns: number
                           },
"track_records":
{ Args: { "p_cause_keys": (string)[],"p_project_id": number }; Returns: {
              "action": string,
"cause_key": string,
"failure_weight": number,
"id": number,
"project_count": number,
"project_id": number | null,
"success_weight": number,
"updated_at": string,
"version": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "action_records"
        isOneToOne: false
        isSetofReturn: true
      } },
"unmerge_issues":
{ Args: { "p_actor": string,"p_expected_version": number,"p_issue_ids": (number)[],"p_learning": Json,"p_now"?: string,"p_project_id": number,"p_reason": string }; Returns: Json
                           },
"verify_turning_points":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"webhook_secrets":
{ Args: { "p_kind": string,"p_subject": string }; Returns: {
              "project_id": number,"secret": string
            }[]
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
