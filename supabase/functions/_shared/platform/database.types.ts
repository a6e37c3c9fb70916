
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
                },"detected_errors": {
                  Row: {
                    "category": string,"culprit": string | null,"diagnosed_at": string | null,"diagnosis": Json | null,"environment": string | null,"episode_event_count": number,"episode_request_count": number,"episode_session_count": number,"episode_started_at": string,"event_count": number,"fingerprint": string,"fingerprint_version": number,"first_release": string | null,"first_seen_at": string,"grouping_components": NonNullable<Json>,"id": number,"last_release": string | null,"last_seen_at": string,"level": string,"merged_into_id": number | null,"pattern_id": number | null,"platform": string,"project_id": number,"resolved_at": string | null,"resolved_in_release": string | null,"severity": string,"status": string,"title": string,"type": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "category"?: string,"culprit"?: string | null,"diagnosed_at"?: string | null,"diagnosis"?: Json | null,"environment"?: string | null,"episode_event_count"?: number,"episode_request_count"?: number,"episode_session_count"?: number,"episode_started_at"?: string,"event_count"?: number,"fingerprint": string,"fingerprint_version"?: number,"first_release"?: string | null,"first_seen_at"?: string,"grouping_components"?: NonNullable<Json>,"id"?: never,"last_release"?: string | null,"last_seen_at"?: string,"level"?: string,"merged_into_id"?: number | null,"pattern_id"?: number | null,"platform"?: string,"project_id": number,"resolved_at"?: string | null,"resolved_in_release"?: string | null,"severity"?: string,"status"?: string,"title": string,"type"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "category"?: string,"culprit"?: string | null,"diagnosed_at"?: string | null,"diagnosis"?: Json | null,"environment"?: string | null,"episode_event_count"?: number,"episode_request_count"?: number,"episode_session_count"?: number,"episode_started_at"?: string,"event_count"?: number,"fingerprint"?: string,"fingerprint_version"?: number,"first_release"?: string | null,"first_seen_at"?: string,"grouping_components"?: NonNullable<Json>,"id"?: never,"last_release"?: string | null,"last_seen_at"?: string,"level"?: string,"merged_into_id"?: number | null,"pattern_id"?: number | null,"platform"?: string,"project_id"?: number,"resolved_at"?: string | null,"resolved_in_release"?: string | null,"severity"?: string,"status"?: string,"title"?: string,"type"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "detected_errors_merged_into_id_fkey"
      columns: ["merged_into_id"]
isOneToOne: false
      referencedRelation: "detected_errors"
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
                    "environment": string | null,"event_id": string,"issue_id": number,"level": string,"occurred_at": string,"payload": NonNullable<Json>,"project_id": number,"received_at": string,"received_on": string,"release": string | null,"trace_id": string | null,"user_hash": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "environment"?: string | null,"event_id": string,"issue_id": number,"level": string,"occurred_at": string,"payload": NonNullable<Json>,"project_id": number,"received_at"?: string,"received_on"?: string,"release"?: string | null,"trace_id"?: string | null,"user_hash"?: string | null
                  }
                  Update: {
                    "environment"?: string | null,"event_id"?: string,"issue_id"?: number,"level"?: string,"occurred_at"?: string,"payload"?: NonNullable<Json>,"project_id"?: number,"received_at"?: string,"received_on"?: string,"release"?: string | null,"trace_id"?: string | null,"user_hash"?: string | null
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
                    "actions": NonNullable<Json>,"category": string,"confidence": number,"created_at": string,"documentation_url": string | null,"explanation": string,"failure_count": number,"id": number,"last_used_at": string | null,"match": NonNullable<Json>,"project_count": number,"severity": string,"slug": string,"source": string,"status": string,"success_count": number,"title": string,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "actions"?: NonNullable<Json>,"category": string,"confidence"?: number,"created_at"?: string,"documentation_url"?: string | null,"explanation": string,"failure_count"?: number,"id"?: never,"last_used_at"?: string | null,"match": NonNullable<Json>,"project_count"?: number,"severity"?: string,"slug": string,"source"?: string,"status"?: string,"success_count"?: number,"title": string,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "actions"?: NonNullable<Json>,"category"?: string,"confidence"?: number,"created_at"?: string,"documentation_url"?: string | null,"explanation"?: string,"failure_count"?: number,"id"?: never,"last_used_at"?: string | null,"match"?: NonNullable<Json>,"project_count"?: number,"severity"?: string,"slug"?: string,"source"?: string,"status"?: string,"success_count"?: number,"title"?: string,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    
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
                }
          }
          Functions: {
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
"active_patterns":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"advance_fix":
{ Args: { "p_changes"?: Json,"p_fix_id": number,"p_from": string,"p_now"?: string,"p_to": string }; Returns: boolean
                           },
"begin_fix":
{ Args: { "p_before": Json,"p_fix_id": number,"p_now"?: string }; Returns: Json
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
"control_status":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"fail_job":
{ Args: { "p_error": string,"p_job_id": number,"p_now"?: string,"p_retry"?: boolean,"p_worker": string }; Returns: string
                           },
"finish_job":
{ Args: { "p_job_id": number,"p_now"?: string,"p_worker": string }; Returns: boolean
                           },
"fix_context":
{ Args: { "p_fix_id": number,"p_now"?: string }; Returns: Json
                           },
"get_threshold":
{ Args: { "p_project_id": number }; Returns: Json
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
"inspect_database":
{ Args: { "p_project_id": number }; Returns: Json
                           },
"integration_secret":
{ Args: { "p_kind": string,"p_name": string,"p_project_id": number }; Returns: string
                           },
"kill_switch":
{ Args: { "p_project_id": number }; Returns: string
                           },
"metrics_snapshot":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"next_job_at":
{ Args: { "p_kinds"?: (string)[] }; Returns: string
                           },
"open_manual_issue":
{ Args: { "p_action": string,"p_component": string,"p_project_id": number }; Returns: number
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
"record_batch":
{ Args: { "p_batch": Json,"p_now"?: string }; Returns: Json
                           },
"record_function_calls":
{ Args: { "p_calls": Json }; Returns: undefined
                           },
"record_function_errors":
{ Args: { "p_errors": Json }; Returns: number
                           },
"save_verification":
{ Args: { "p_fix_id": number,"p_verification": Json }; Returns: boolean
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
"store_decision":
{ Args: { "p_decision": Json,"p_now"?: string }; Returns: Json
                           },
"store_lesson":
{ Args: { "p_fix_id": number,"p_lesson": Json,"p_now"?: string }; Returns: boolean
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
"verify_turning_points":
{ Args: { "p_project_id": number }; Returns: Json
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
