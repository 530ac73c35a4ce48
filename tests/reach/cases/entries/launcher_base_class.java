// shows: a launcher inherits its lifecycle from a library's class
// manifest: {launcher: Main}
// hit: [serial before_consent by lib:com.vendor = launcher com.vendor.BaseActivity.onAttachedToWindow]
// miss: [serial present by lib:com.vendor = com.vendor.BaseActivity.onAttachedToWindow]

class Main extends com.vendor.BaseActivity {
  public void onAttachedToWindow() { }                          // miss
}
package com.vendor;
public class BaseActivity extends Activity {
  public void onAttachedToWindow() { String id = SERIAL; }
}
