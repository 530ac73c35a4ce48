// shows: one element of an array
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String[] keys = {"accessibility_enabled", "android_id"};
    String key = keys[1];                                       // hit
    String key = keys[0];                                       // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
