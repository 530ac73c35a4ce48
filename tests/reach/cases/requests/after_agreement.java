// shows: asked only once a flag of consent is set
// manifest: {launcher: Main}
// hit: [asks CAMERA before_consent (consent_guard) = launcher Main.onCreate]
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    SharedPreferences kept = getSharedPreferences("app", 0);
    if (!kept.getBoolean("privacy_agreed", false)) return;      // hit
    requestPermissions(new String[] {"android.permission.CAMERA"}, 1);
  }
}
