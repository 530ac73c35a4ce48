// shows: a helper that returns the constant
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = key();
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
  static String key() { return "android_id"; }                  // hit
  static String key() { return "accessibility_enabled"; }       // miss
}
