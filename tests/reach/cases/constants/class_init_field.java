// shows: a field that the class initialiser sets
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = Keys.KEY;
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
class Keys {
  static final String KEY;
  static { KEY = "Android_Id".toLowerCase(); }                  // hit
  static { KEY = "Android_No".toLowerCase(); }                  // miss
}
