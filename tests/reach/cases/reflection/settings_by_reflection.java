// shows: a getter whose key decides
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Method method = android.provider.Settings.Secure.class.getMethod("getString", ContentResolver.class, String.class);
      method.invoke(null, getContentResolver(), "android_id");  // hit
      method.invoke(null, getContentResolver(), "accessibility_enabled"); // miss
    } catch (Exception error) { }
  }
}
