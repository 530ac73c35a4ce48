// shows: a switch that is thrown only after a click excuses nothing at the start
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent by sdk:mob-common (sdk_preinit) = application App.onCreate > com.mob.MobSDK.init]
// miss: [serial before_consent by sdk:mob-common = application App.onCreate > com.mob.MobSDK.init]

import com.mob.MobSDK;
class App extends Application {
  public void onCreate() {
    MobSDK.submitPolicyGrantResult(false);                      // hit
    MobSDK.init(this);
  }
}
class Main extends Activity {
  public void onBackPressed() {
    MobSDK.submitPolicyGrantResult(false);                      // miss
  }
}
package com.mob;
public class MobSDK {
  public static void submitPolicyGrantResult(boolean granted) { }
  public static void init(Context context) { String id = SERIAL; }
}
