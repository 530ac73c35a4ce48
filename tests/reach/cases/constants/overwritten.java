// shows: the last value counts
// manifest: {launcher: Main}
// hit: []
// miss: [android_id before_consent = launcher Main.onCreate]

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "android_id";                                  // hit
    key = "accessibility_enabled";                              // hit
    String key = "accessibility_enabled";                       // miss
    key = "android_id";                                         // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
