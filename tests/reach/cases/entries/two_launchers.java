// shows: every launcher counts, a television's too; a home screen's filter without MAIN does not make one
// manifest:
//   launcher: Main
//   hit: {activities: [{name: Second, exported: true, filters: '<intent-filter><action android:name="android.intent.action.MAIN"/><category android:name="android.intent.category.LEANBACK_LAUNCHER"/></intent-filter>'}]}
//   miss: {activities: [{name: Second, exported: true, filters: '<intent-filter><action android:name="android.intent.action.VIEW"/><category android:name="android.intent.category.DEFAULT"/></intent-filter>'}]}
// hit: [serial before_consent = launcher Second.onCreate]
// miss: [serial reachable = activity Second.onCreate]

class Main extends Activity { }
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
