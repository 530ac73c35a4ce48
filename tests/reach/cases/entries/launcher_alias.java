// shows: an alias may be the launcher; its target runs
// manifest:
//   activities: [Main]
//   hit: {aliases: [{name: Entry, targetActivity: Main, launcher: true}]}
//   miss: {aliases: [{name: Entry, targetActivity: Main, launcher: true, enabled: false}]}
// hit: [serial before_consent = launcher Main.onCreate]
// miss: [serial present = Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
